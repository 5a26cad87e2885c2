# The Debian packages. What they depend on is read from what they link (dpkg-shlibdeps).
set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME dlis)
set(CPACK_PACKAGE_VENDOR dlis)
set(CPACK_PACKAGE_CONTACT "The dlis maintainers <maintainers@dlis.invalid>")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE
    WORLD_READ WORLD_EXECUTE)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_COMPONENTS_GROUPING IGNORE)
set(CPACK_COMPONENTS_ALL dlis)
set(CPACK_DEBIAN_PACKAGE_SECTION science)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_DLIS_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_DLIS_PACKAGE_NAME dlis)
set(CPACK_DEBIAN_DLIS_PACKAGE_RECOMMENDS "openssh-client")
set(CPACK_DEBIAN_DLIS_PACKAGE_SUGGESTS
    "dlis-training, pocl-opencl-icd, adb, slurm-client, libfmt-dev, libexpected-dev, libdnnl-dev, ocl-icd-opencl-dev")
set(CPACK_COMPONENT_DLIS_DESCRIPTION
    "stacks for neural network inference, measured and compared
dlis measures which combination of network, compression technique, weight
format, algorithm, schedule and device nothing else beats in accuracy, time
and memory on this machine, for convolutional networks as ONNX files.
It has the command dlis, the program dlis-run for devices, and the run-time
part as a static library with its headers.")
if(TARGET dlis_training)
  list(APPEND CPACK_COMPONENTS_ALL dlis-training)
  set(CPACK_DEBIAN_DLIS-TRAINING_FILE_NAME DEB-DEFAULT)
  set(CPACK_DEBIAN_DLIS-TRAINING_PACKAGE_NAME dlis-training)
  set(CPACK_DEBIAN_DLIS-TRAINING_PACKAGE_DEPENDS "dlis (= ${PROJECT_VERSION}), libopenblas0-pthread | libblas3")
  set(CPACK_COMPONENT_DLIS-TRAINING_DESCRIPTION
      "retraining for dlis, by LibTorch
With it dlis trains networks, and retrains what it has compressed: its
techniques take epochs. It is a library that dlis loads when it trains.")
endif()
include(CPack)
