"""Frames of compressed DICOM files, coded, and as gdcmconv and pydicom decode them. Writes one JSON a line.

usage: decoded_frames.py SCRATCH FILE...
"""
import base64
import json
import os
import subprocess
import sys

import pydicom
from pydicom.encaps import generate_pixel_data_frame


def shape(ds):
    return {
        "rows": ds.Rows,
        "columns": ds.Columns,
        "samples": ds.SamplesPerPixel,
        "bitsAllocated": ds.BitsAllocated,
        "bitsStored": ds.BitsStored,
        "highBit": ds.HighBit,
        "signed": ds.PixelRepresentation == 1,
        "photometric": ds.PhotometricInterpretation,
        "planar": ds.get("PlanarConfiguration", 0) == 1,
    }


def referee(path, scratch):
    for name, command in (("gdcmconv", ["gdcmconv", "--raw"]), ("dcmdjpeg", ["dcmdjpeg"]), ("dcmdjpls", ["dcmdjpls"])):
        out = os.path.join(scratch, "out.dcm")
        if os.path.exists(out):
            os.remove(out)
        run = subprocess.run([*command, path, out], capture_output=True, timeout=60)
        if run.returncode == 0 and os.path.exists(out):
            ds = pydicom.dcmread(out)
            if not ds.file_meta.TransferSyntaxUID.is_compressed:
                return {"by": name, **shape(ds), "pixels": base64.b64encode(ds.PixelData).decode()}
    return None


for path in sys.argv[2:]:
    ds = pydicom.dcmread(path, force=True)
    syntax = ds.file_meta.get("TransferSyntaxUID", "")
    if "PixelData" not in ds or not syntax.startswith(("1.2.840.10008.1.2.4", "1.2.840.10008.1.2.5")):
        continue
    try:
        frames = list(generate_pixel_data_frame(ds.PixelData, int(ds.get("NumberOfFrames", 1) or 1)))
    except ValueError:
        frames = []
    print(json.dumps({
        "path": path,
        "syntax": syntax,
        "shape": shape(ds),
        "coded": [base64.b64encode(frame).decode() for frame in frames],
        "referee": referee(path, sys.argv[1]),
    }))
