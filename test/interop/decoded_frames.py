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


def high_throughput(frame, described, scratch):
    """What OpenJPEG makes of a frame of High-Throughput JPEG 2000: colours of 8 bits."""
    coded, out = os.path.join(scratch, "frame.j2k"), os.path.join(scratch, "out.ppm")
    with open(coded, "wb") as file:
        file.write(frame)
    run = subprocess.run(["opj_decompress", "-i", coded, "-o", out], capture_output=True, timeout=60)
    if run.returncode != 0:
        return None
    with open(out, "rb") as file:
        pixels = file.read()[-described["rows"] * described["columns"] * 3:]
    return {"by": "opj_decompress", **described, "planar": False, "pixels": base64.b64encode(pixels).decode()}


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
        "referee": high_throughput(frames[0], shape(ds), sys.argv[1])
        if syntax.startswith("1.2.840.10008.1.2.4.20")
        else referee(path, sys.argv[1]),
    }))
