# 32-bit ARM (ARMv7-A, hard float), Debian's armhf.
set(DLIS_CROSS_ARCH armhf)
set(DLIS_CROSS_TRIPLE arm-linux-gnueabihf)
set(DLIS_CROSS_QEMU qemu-arm)
set(CMAKE_SYSTEM_PROCESSOR arm)
set(CMAKE_CXX_FLAGS_INIT "-D_FILE_OFFSET_BITS=64 -Wno-psabi")
include(${CMAKE_CURRENT_LIST_DIR}/debian_cross.cmake)
