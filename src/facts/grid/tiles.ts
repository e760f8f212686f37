import { absent, fact } from '../fact.ts';
import type { SliceFacts } from '../image-facts.ts';

/** What says where the slices of a tiled image lie. */
export interface TileLayout {
  readonly tiles: number;
  /** Of the whole image. */
  readonly rows: number;
  readonly columns: number;
  /** Tiles in a row, and rows of tiles. */
  readonly across: number;
  readonly down: number;
  /** Image Position (Patient) of each tile's first pixel, in the order of the tiles. */
  readonly positions: readonly (readonly number[])[];
  /** In which direction the file is to have them, along row x column. */
  readonly direction: 1 | -1;
}

/** The slices of a tiled image, in the order of its tiles; none where it cannot be cut so. */
export function slicesOfTiles(layout: TileLayout): readonly SliceFacts[] {
  const { tiles, rows, columns, across, down } = layout;
  const isCut = rows % down === 0 && columns % across === 0 && tiles <= across * down;
  if (!isCut || tiles < 1 || layout.positions.length !== tiles) return [];
  const [tileRows, tileColumns] = [rows / down, columns / across];
  // One object for all: what slices share is told by it.
  const size = { rows: fact(tileRows), columns: fact(tileColumns) };
  return layout.positions.map((position, tile) => ({
    frame: 0,
    tile: {
      left: (tile % across) * tileColumns,
      top: Math.floor(tile / across) * tileRows,
    },
    direction: layout.direction,
    ...size,
    position: fact(position),
    grid: absent,
  }));
}

type Vector = readonly [number, number, number];

export function cross([a, b, c]: Vector, [d, e, f]: Vector): Vector {
  return [b * f - c * e, c * d - a * f, a * e - b * d];
}

export function dot(a: readonly number[], b: readonly number[]): number {
  return a.reduce((sum, value, axis) => sum + value * (b[axis] ?? 0), 0);
}

/** Three numbers, or undefined. */
export function vectorOf(values: readonly number[] | undefined): Vector | undefined {
  const [x, y, z] = values ?? [];
  return x === undefined || y === undefined || z === undefined ? undefined : [x, y, z];
}
