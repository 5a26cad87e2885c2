# 32-bit ARM (ARMv7-A, hard float), Debian's armhf.
set(DLIS_CROSS_ARCH armhf)
set(DLIS_CROSS_TRIPLE arm-linux-gnueabihf)
set(DLIS_CROSS_QEMU qemu-arm)
set(CMAKE_SYSTEM_PROCESSOR arm)
include(${CMAKE_CURRENT_LIST_DIR}/debian_cross.cmake)
