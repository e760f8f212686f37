"""Images of every kind of pixels, made by pydicom, and what pydicom makes of images. Writes one JSON a line.

usage: pixel_kinds.py make FOLDER     a folder of three slices for each kind
       pixel_kinds.py swap FROM TO    an image of 16 bits in GE's private transfer syntax
       pixel_kinds.py read FILE...    pixels in plain form: one value, or red, green and blue of 8 bits
"""
import base64
import json
import os
import sys

import numpy as np
import pydicom
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.pixel_data_handlers.util import apply_color_lut
from pydicom.uid import ExplicitVRLittleEndian

ROWS, COLUMNS, SLICES = 7, 5, 3
rng = np.random.default_rng(20240613)


def header(kind, index, **values):
    ds = Dataset()
    ds.file_meta = FileMetaDataset()
    ds.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    ds.SOPClassUID = "1.2.840.10008.5.1.4.1.1.4"
    ds.SeriesInstanceUID = f"2.25.20240613.{1 + sum(kind.encode())}{len(kind)}"
    ds.SOPInstanceUID = f"{ds.SeriesInstanceUID}.{index + 1}"
    ds.StudyInstanceUID = "2.25.20240613.7"
    ds.ImageType = ["DERIVED", "PRIMARY", "OTHER"]
    ds.Modality = "MR"
    ds.Manufacturer = "SIEMENS"
    ds.PatientName = "SYNTHETIC^ADA"
    ds.PatientID = "SYN-0001"
    ds.SeriesNumber = 3
    ds.InstanceNumber = index + 1
    ds.BurnedInAnnotation = "NO"
    ds.Rows, ds.Columns = ROWS, COLUMNS
    ds.SamplesPerPixel = 1
    ds.PhotometricInterpretation = "MONOCHROME2"
    ds.BitsAllocated, ds.BitsStored, ds.HighBit = 8, 8, 7
    ds.PixelRepresentation = 0
    ds.ImagePositionPatient = [0, 0, 2 * index]
    ds.ImageOrientationPatient = [1, 0, 0, 0, 1, 0]
    ds.PixelSpacing = [1, 1]
    ds.SliceThickness = 2
    for name, value in values.items():
        setattr(ds, name, value)
    return ds


def bits(allocated, stored=None):
    stored = stored or allocated
    return {"BitsAllocated": allocated, "BitsStored": stored, "HighBit": stored - 1}


def numbers(dtype, samples=1, high=None):
    shape = (ROWS, COLUMNS, samples) if samples > 1 else (ROWS, COLUMNS)
    info = np.iinfo(dtype)
    return rng.integers(info.min, info.max if high is None else high, shape, dtype=dtype, endpoint=True)


def palette(ds, entries, first, width, tables):
    for name, table in zip(("Red", "Green", "Blue"), tables):
        setattr(ds, f"{name}PaletteColorLookupTableDescriptor", [entries % 65536, first, width])
        ds[f"{name}PaletteColorLookupTableDescriptor"].VR = "US"
        setattr(ds, f"{name}PaletteColorLookupTableData", table.tobytes())


def segments(ds, entries, tables):
    for name, table in zip(("Red", "Green", "Blue"), tables):
        setattr(ds, f"{name}PaletteColorLookupTableDescriptor", [entries, 0, 16])
        ds[f"{name}PaletteColorLookupTableDescriptor"].VR = "US"
        setattr(ds, f"Segmented{name}PaletteColorLookupTableData", np.array(table, "<u2").tobytes())


def write(folder, kind, index, ds, pixels, vr="OW", keyword="PixelData"):
    ds.is_little_endian, ds.is_implicit_VR = True, False
    setattr(ds, keyword, pixels + b"\0" * (len(pixels) % 2))
    if keyword == "PixelData":
        ds["PixelData"].VR = vr
    os.makedirs(os.path.join(folder, kind), exist_ok=True)
    ds.save_as(os.path.join(folder, kind, f"{index}.dcm"), write_like_original=False)


def palettes(folder, index):
    ramps = [np.arange(256, dtype="<u2") * step & 0xFF for step in (1, 7, 31)]
    wide = [np.arange(1000, dtype="<u2") * step for step in (65, 31, 7)]
    colour = {"PhotometricInterpretation": "PALETTE COLOR"}
    ds = header("palette", index, **colour)
    palette(ds, 256, 0, 8, [ramp.astype("u1") for ramp in ramps])
    write(folder, "palette", index, ds, numbers("u1").tobytes())
    ds = header("palette-16", index, **colour, **bits(16, 12))
    palette(ds, 1000, 100, 16, wide)
    write(folder, "palette-16", index, ds, numbers("<u2", high=4095).tobytes())
    ds = header("palette-segments", index, **colour)
    tables = [[0, 2, 0, 256, 1, 253, 65024, 0, 1, 65535], [0, 1, 65280, 1, 255, 0], [0, 128, *range(0, 65536, 512), 2, 1, 0, 0]]
    segments(ds, 256, tables)
    write(folder, "palette-segments", index, ds, numbers("u1").tobytes())


def colours(folder, index):
    colour = {"PhotometricInterpretation": "RGB", "SamplesPerPixel": 3, "PlanarConfiguration": 0}
    for allocated, stored in ((8, 8), (16, 16), (16, 12), (32, 32)):
        values = {**colour, **bits(allocated, stored)}
        pixels = numbers(f"<u{allocated // 8}", samples=3, high=2**stored - 1)
        write(folder, f"rgb-{stored}", index, header(f"rgb-{stored}", index, **values), pixels.tobytes())
        ds = header(f"rgb-{stored}-planar", index, **values)
        ds.PlanarConfiguration = 1
        pixels = numbers(f"<u{allocated // 8}", samples=3, high=2**stored - 1)
        write(folder, f"rgb-{stored}-planar", index, ds, pixels.transpose(2, 0, 1).tobytes())


def greys(folder, index):
    for allocated in (8, 16, 32):
        for sign, dtype in ((0, f"<u{allocated // 8}"), (1, f"<i{allocated // 8}")):
            kind = f"grey-{dtype[1:]}"
            ds = header(kind, index, PixelRepresentation=sign, **bits(allocated))
            write(folder, kind, index, ds, numbers(dtype).tobytes())
    ds = header("grey-12", index, **bits(16, 12))
    write(folder, "grey-12", index, ds, numbers("<u2", high=4095).tobytes())
    pixels = np.packbits(numbers("u1", high=1).ravel(), bitorder="little")
    write(folder, "bit", index, header("bit", index, **bits(1)), pixels.tobytes())
    write(folder, "bit-bytes", index, header("bit-bytes", index, **bits(1)), pixels.tobytes(), vr="OB")


def item(**values):
    ds = Dataset()
    for name, value in values.items():
        setattr(ds, name, value)
    return ds


def frames(ds):
    ds.NumberOfFrames = SLICES
    place, orientation, spacing = ds.ImagePositionPatient, ds.ImageOrientationPatient, ds.PixelSpacing
    del ds.ImagePositionPatient, ds.ImageOrientationPatient, ds.PixelSpacing, ds.SliceThickness
    ds.SharedFunctionalGroupsSequence = [item(
        PixelMeasuresSequence=[item(PixelSpacing=spacing, SliceThickness=2)],
        PlaneOrientationSequence=[item(ImageOrientationPatient=orientation)],
    )]
    ds.PerFrameFunctionalGroupsSequence = [
        item(PlanePositionSequence=[item(ImagePositionPatient=[place[0], place[1], 2 * index])])
        for index in range(SLICES)
    ]
    return ds


def objects(folder):
    ds = frames(header("bit-frames", 0, SOPClassUID="1.2.840.10008.5.1.4.1.1.4.1", **bits(1)))
    pixels = rng.integers(0, 1, ROWS * COLUMNS * SLICES, dtype="u1", endpoint=True)
    write(folder, "bit-frames", 0, ds, np.packbits(pixels, bitorder="little").tobytes())
    segments_of(folder, "bit-segment", BINARY=np.packbits(pixels, bitorder="little"))
    segments_of(folder, "byte-segment", FRACTIONAL=rng.integers(0, 200, pixels.shape, dtype="u1", endpoint=True))
    ds = frames(header("map", 0, SOPClassUID="1.2.840.10008.5.1.4.1.1.30", **bits(16)))
    ds.SharedFunctionalGroupsSequence[0].RealWorldValueMappingSequence = [
        item(RealWorldValueSlope=0.01, RealWorldValueIntercept=-3.0, LUTLabel="map")
    ]
    write(folder, "map", 0, ds, rng.integers(0, 65535, pixels.shape, dtype="<u2").tobytes())
    for width, keyword in ((32, "FloatPixelData"), (64, "DoubleFloatPixelData")):
        kind = f"float-{width}"
        ds = frames(header(kind, 0, SOPClassUID="1.2.840.10008.5.1.4.1.1.30", BitsAllocated=width))
        del ds.BitsStored, ds.HighBit, ds.PixelRepresentation
        ds.SharedFunctionalGroupsSequence[0].RealWorldValueMappingSequence = [
            item(RealWorldValueSlope=1.0, RealWorldValueIntercept=0.0, LUTLabel="map")
        ]
        values = rng.normal(0, 1e3, pixels.shape).astype(f"<f{width // 8}")
        values[:5] = (np.nan, np.inf, -np.inf, -0.0, np.finfo(values.dtype).smallest_subnormal)
        write(folder, kind, 0, ds, values.tobytes(), keyword=keyword)


def segments_of(folder, kind, **pixels):
    [(segmentation, values)] = pixels.items()
    width = 1 if segmentation == "BINARY" else 8
    ds = frames(header(kind, 0, SOPClassUID="1.2.840.10008.5.1.4.1.1.66.4", Modality="SEG", **bits(width)))
    ds.SegmentationType = segmentation
    if segmentation == "FRACTIONAL":
        ds.MaximumFractionalValue, ds.SegmentationFractionalType = 200, "PROBABILITY"
    ds.SegmentSequence = [item(SegmentNumber=1, SegmentLabel="Liver", SegmentAlgorithmType="MANUAL")]
    for frame in ds.PerFrameFunctionalGroupsSequence:
        frame.SegmentIdentificationSequence = [item(ReferencedSegmentNumber=1)]
    write(folder, kind, 0, ds, values.tobytes())


def plain(ds):
    pixels = ds.pixel_array
    if ds.SamplesPerPixel == 3:
        return (pixels >> (ds.BitsStored - 8)).astype("u1")
    if ds.PhotometricInterpretation == "PALETTE COLOR":
        colours = apply_color_lut(pixels, ds)
        return (colours >> 8).astype("u1") if colours.dtype == np.uint16 else colours
    return pixels


def make(folder):
    for index in range(SLICES):
        palettes(folder, index)
        colours(folder, index)
        greys(folder, index)
    objects(folder)


def swap(path, to):
    ds = pydicom.dcmread(path)
    ds.PixelData = np.frombuffer(ds.PixelData, "<u2").byteswap().tobytes()
    ds.is_implicit_VR = True
    ds.file_meta.TransferSyntaxUID = "1.2.840.113619.5.2"
    ds.save_as(to)


if sys.argv[1] == "make":
    make(sys.argv[2])
elif sys.argv[1] == "swap":
    swap(*sys.argv[2:])
else:
    for path in sys.argv[2:]:
        ds = pydicom.dcmread(path)
        pixels = plain(ds)
        little = pixels.astype(pixels.dtype.newbyteorder("<"))
        told = {"rows": ds.Rows, "frames": int(ds.get("NumberOfFrames", 1))}
        print(json.dumps({**told, "pixels": base64.b64encode(little.tobytes()).decode()}))
