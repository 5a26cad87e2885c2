"""The 3x3 layers of stride 1 with 64 channels or more on maps of 14 x 14 and up: VGG-16's and ResNet-18's."""

PROBLEMS = [
    "n1h16w16c64 k128r3s3 p1 +bias +relu",
    "n1h16w16c128 k128r3s3 p1 +bias +relu",
    "n1h32w32c64 k64r3s3 p1 +bias +relu",
    "n1h14w14c256 k256r3s3 p1 +bias +relu",
    "n1h14w14c512 k512r3s3 p1 +bias +relu",
    "n1h28w28c128 k128r3s3 p1 +bias +relu",
    "n1h28w28c256 k512r3s3 p1 +bias +relu",
    "n1h56w56c64 k64r3s3 p1 +bias +relu",
    "n1h56w56c128 k256r3s3 p1 +bias +relu",
    "n1h112w112c64 k128r3s3 p1 +bias +relu",
    "n1h224w224c64 k64r3s3 p1 +bias +relu",
]
