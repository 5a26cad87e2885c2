# Cross building with Debian's compilers. The includer sets DLIS_CROSS_ARCH (Debian's name of the
# architecture), DLIS_CROSS_TRIPLE, DLIS_CROSS_QEMU and CMAKE_SYSTEM_PROCESSOR. Target libraries come
# from build/sysroot/ARCH, which tools/cross_sysroot fills; programs are linked statically, so they
# run on a board or under QEMU as they are.
set(CMAKE_SYSTEM_NAME Linux)
set(CMAKE_C_COMPILER ${DLIS_CROSS_TRIPLE}-gcc)
set(CMAKE_CXX_COMPILER ${DLIS_CROSS_TRIPLE}-g++)
set(CMAKE_CROSSCOMPILING_EMULATOR ${DLIS_CROSS_QEMU})
set(CMAKE_EXE_LINKER_FLAGS_INIT -static)
set(CMAKE_FIND_ROOT_PATH ${CMAKE_CURRENT_LIST_DIR}/../build/sysroot/${DLIS_CROSS_ARCH})
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_PACKAGE ONLY)
