# Installing (`cmake --install`) and the Debian packages (`make package`): dlis has the command, dlis-run,
# and the run-time part as a library; dlis-training what needs LibTorch.
set(CMAKE_INSTALL_DEFAULT_COMPONENT_NAME dlis)
install(TARGETS dlis_run)
install(TARGETS dlis_device)

# The headers of the run-time part are those that its two public ones reach.
set(headers)
set(ahead dlis/dlis_device.h dlis/dlis_c.h)
while(ahead)
  list(POP_FRONT ahead header)
  list(APPEND headers ${header})
  file(STRINGS ${PROJECT_SOURCE_DIR}/${header} lines REGEX "^#include \"dlis/")
  foreach(line ${lines})
    string(REGEX REPLACE "^#include \"([^\"]*)\".*" "\\1" other "${line}")
    if(NOT other IN_LIST headers AND NOT other IN_LIST ahead)
      list(APPEND ahead ${other})
    endif()
  endforeach()
endwhile()
foreach(header ${headers})
  get_filename_component(folder ${header} DIRECTORY)
  install(FILES ${PROJECT_SOURCE_DIR}/${header} DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/${folder})
endforeach()

# For programs that link it: `find_package(dlis)` gives dlis::device, `pkg-config dlis` the same; with
# PKG_CONFIG_PATH on a build folder it is what was built there.
include(CMakePackageConfigHelpers)
set(DLIS_CONFIG_FOLDER ${CMAKE_INSTALL_LIBDIR}/cmake/dlis)
set(DLIS_PC_LIBS "-ldlis_device -Wl,--gc-sections")
if(NOT DLIS_DEVICE_ONLY)
  string(APPEND DLIS_PC_LIBS " -lfmt")
endif()
if(DLIS_OPENCL)
  string(APPEND DLIS_PC_LIBS " -lOpenCL")
endif()
if(DLIS_ONEDNN)
  string(APPEND DLIS_PC_LIBS " -ldnnl -l:libgomp.so.1")
endif()
string(REGEX REPLACE "[^/]+" ".." up ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
set(DLIS_PC_INCLUDE "\${pcfiledir}/${up}/${CMAKE_INSTALL_INCLUDEDIR}")
set(DLIS_PC_LIB "\${pcfiledir}/${up}/${CMAKE_INSTALL_LIBDIR}")
configure_file(cmake/dlis.pc.in generated/dlis.pc @ONLY)
find_package(tl-expected REQUIRED)
get_target_property(headers tl::expected INTERFACE_INCLUDE_DIRECTORIES)
list(REMOVE_DUPLICATES headers)
list(JOIN headers " -I" headers)
set(DLIS_PC_INCLUDE "${PROJECT_SOURCE_DIR} -I${headers}")
set(DLIS_PC_LIB ${PROJECT_BINARY_DIR})
configure_file(cmake/dlis.pc.in dlis.pc @ONLY)
configure_package_config_file(cmake/dlisConfig.cmake.in ${PROJECT_BINARY_DIR}/generated/dlisConfig.cmake
                              INSTALL_DESTINATION ${DLIS_CONFIG_FOLDER})
write_basic_package_version_file(${PROJECT_BINARY_DIR}/generated/dlisConfigVersion.cmake
                                 COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/generated/dlisConfig.cmake
              ${PROJECT_BINARY_DIR}/generated/dlisConfigVersion.cmake
        DESTINATION ${DLIS_CONFIG_FOLDER})
install(FILES ${PROJECT_BINARY_DIR}/generated/dlis.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)

# What belongs to a package of Debian, and nowhere else.
function(dlis_debian_documents package)
  set(folder ${CMAKE_INSTALL_DATAROOTDIR}/doc/${package})
  install(FILES cmake/debian/copyright DESTINATION ${folder} COMPONENT ${package})
  install(FILES ${PROJECT_BINARY_DIR}/documents/changelog.gz DESTINATION ${folder} COMPONENT ${package})
endfunction()

if(NOT DLIS_DEVICE_ONLY)
  install(TARGETS dlis)
  # The manual and the completions are the command's own words.
  set(documents ${PROJECT_BINARY_DIR}/documents)
  set(made ${documents}/dlis.1.gz ${documents}/dlis-run.1.gz ${documents}/dlis.bash ${documents}/_dlis
           ${documents}/dlis.fish ${documents}/changelog.gz)
  add_custom_command(
    OUTPUT ${made}
    COMMAND ${PROJECT_SOURCE_DIR}/cmake/make_documents $<TARGET_FILE:dlis> $<TARGET_FILE:dlis_run> ${documents}
    DEPENDS dlis dlis_run cmake/make_documents cmake/debian/changelog
    COMMENT "Manual and completions" VERBATIM)
  add_custom_target(documents ALL DEPENDS ${made})
  install(FILES ${documents}/dlis.1.gz ${documents}/dlis-run.1.gz DESTINATION ${CMAKE_INSTALL_MANDIR}/man1)
  install(FILES ${documents}/dlis.bash RENAME dlis
          DESTINATION ${CMAKE_INSTALL_DATAROOTDIR}/bash-completion/completions)
  install(FILES ${documents}/_dlis DESTINATION ${CMAKE_INSTALL_DATAROOTDIR}/zsh/vendor-completions)
  install(FILES ${documents}/dlis.fish DESTINATION ${CMAKE_INSTALL_DATAROOTDIR}/fish/vendor_completions.d)
  install(FILES README.md DESTINATION ${CMAKE_INSTALL_DOCDIR})
  install(DIRECTORY docs DESTINATION ${CMAKE_INSTALL_DOCDIR})
  dlis_debian_documents(dlis)
  if(TARGET dlis_training)
    install(TARGETS dlis_training LIBRARY DESTINATION ${DLIS_PLUGINS} COMPONENT dlis-training)
    dlis_debian_documents(dlis-training)
  endif()
  include(cmake/package.cmake)
endif()
