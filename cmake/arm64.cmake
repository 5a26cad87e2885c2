# 64-bit ARM (ARMv8-A), Debian's arm64.
set(DLIS_CROSS_ARCH arm64)
set(DLIS_CROSS_TRIPLE aarch64-linux-gnu)
set(DLIS_CROSS_QEMU qemu-aarch64)
set(CMAKE_SYSTEM_PROCESSOR aarch64)
include(${CMAKE_CURRENT_LIST_DIR}/debian_cross.cmake)
