# FlatBuffers is headers and the compiler of schemas, which runs on this machine whatever the target.
find_program(DLIS_FLATC flatc REQUIRED)
find_path(DLIS_FLATBUFFERS_INCLUDE flatbuffers/flatbuffers.h REQUIRED)

# dlis_flatbuffers(TARGET SCHEMA): TARGET includes "NAME_generated.h" of NAME.fbs.
function(dlis_flatbuffers target schema)
  get_filename_component(name ${schema} NAME_WE)
  set(out ${PROJECT_BINARY_DIR}/schemas)
  add_custom_command(OUTPUT ${out}/${name}_generated.h DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/${schema}
                     COMMAND ${DLIS_FLATC} --cpp -o ${out} ${CMAKE_CURRENT_SOURCE_DIR}/${schema}
                     COMMENT "flatc ${schema}" VERBATIM)
  target_sources(${target} PRIVATE ${out}/${name}_generated.h)
  add_custom_target(${target}_${name} DEPENDS ${out}/${name}_generated.h)  # without the library
  target_include_directories(${target} SYSTEM PRIVATE ${out} ${DLIS_FLATBUFFERS_INCLUDE})
endfunction()
