# sluice_add_module(ID MANIFEST FILE SOURCES FILE... [LIBRARIES LIB...] [OUTPUT_DIRECTORY DIR] [NO_INSTALL])
#
# Builds ID.so with ID.json beside it: hidden visibility, a version script that exports only the entry point (which is
# what makes unloading true), no undefined symbols, and the note that ties the library to its manifest.
set(SLUICE_MODULE_MAP "${CMAKE_CURRENT_LIST_DIR}/module.map")
get_filename_component(SLUICE_MODULE_PREFIX "${CMAKE_CURRENT_LIST_DIR}/../../.." ABSOLUTE)  # of an installed SDK

function(sluice_add_module id)
  cmake_parse_arguments(PARSE_ARGV 1 arg "NO_INSTALL" "MANIFEST;OUTPUT_DIRECTORY" "SOURCES;LIBRARIES")
  if(NOT arg_MANIFEST OR NOT arg_SOURCES)
    message(FATAL_ERROR "sluice_add_module(${id}): MANIFEST and SOURCES are needed")
  endif()
  if(NOT arg_OUTPUT_DIRECTORY)
    set(arg_OUTPUT_DIRECTORY "${CMAKE_CURRENT_BINARY_DIR}")
  endif()
  get_filename_component(manifest "${arg_MANIFEST}" ABSOLUTE)
  string(REPLACE "." "_" target "${id}")
  set(target "module_${target}")
  set(note "${CMAKE_CURRENT_BINARY_DIR}/${target}_note.c")

  add_custom_command(OUTPUT "${note}"
    COMMAND Sluice::note "${manifest}" "${note}"
    DEPENDS Sluice::note "${manifest}" VERBATIM)

  add_library(${target} MODULE ${arg_SOURCES} "${note}")
  target_link_libraries(${target} PRIVATE Sluice::sdk ${arg_LIBRARIES})
  # The SDK's headers are C11 and C++20; a project that says nothing would get its compiler's older default.
  if(NOT CMAKE_CXX_STANDARD)
    set_target_properties(${target} PROPERTIES CXX_STANDARD 20 CXX_STANDARD_REQUIRED ON)
  endif()
  if(NOT CMAKE_C_STANDARD)
    set_target_properties(${target} PROPERTIES C_STANDARD 11 C_STANDARD_REQUIRED ON)
  endif()
  set_target_properties(${target} PROPERTIES
    PREFIX "" OUTPUT_NAME "${id}" SUFFIX ".so"
    LIBRARY_OUTPUT_DIRECTORY "${arg_OUTPUT_DIRECTORY}"
    C_VISIBILITY_PRESET hidden CXX_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON
    POSITION_INDEPENDENT_CODE ON
    LINK_DEPENDS "${SLUICE_MODULE_MAP}")
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    target_compile_options(${target} PRIVATE -fno-gnu-unique)
  endif()
  target_link_options(${target} PRIVATE
    "-Wl,--version-script=${SLUICE_MODULE_MAP}" -Wl,-z,now -Wl,-z,relro -Wl,-z,noexecstack
    -Wl,--exclude-libs,ALL -Wl,--build-id=sha1)
  # A sanitized library leaves its runtime to the sanitized host, so it may not insist on having every symbol.
  if(NOT SLUICE_SANITIZE)
    target_link_options(${target} PRIVATE -Wl,-z,defs)
  endif()
  add_custom_command(TARGET ${target} POST_BUILD
    COMMAND ${CMAKE_COMMAND} -E copy_if_different "${manifest}" "${arg_OUTPUT_DIRECTORY}/${id}.json" VERBATIM)
  if(NOT arg_NO_INSTALL AND PROJECT_NAME STREQUAL "Sluice")
    install(TARGETS ${target} LIBRARY DESTINATION lib/sluice/modules COMPONENT modules)
    install(FILES "${manifest}" DESTINATION lib/sluice/modules RENAME "${id}.json" COMPONENT modules)
  endif()
endfunction()

# sluice_add_module_check(ID): a test `ID.check` that lets the server judge what sluice_add_module(ID ...) has built.
function(sluice_add_module_check id)
  find_program(SLUICE_PROGRAM sluice HINTS "${SLUICE_MODULE_PREFIX}/bin" DOC "The server that checks modules")
  if(NOT SLUICE_PROGRAM)
    message(FATAL_ERROR "sluice_add_module_check(${id}): found no `sluice`, neither in ${SLUICE_MODULE_PREFIX}/bin "
                        "nor on the PATH; set SLUICE_PROGRAM")
  endif()
  string(REPLACE "." "_" target "${id}")
  add_test(NAME "${id}.check" COMMAND "${SLUICE_PROGRAM}" modules check --quick "$<TARGET_FILE:module_${target}>")
endfunction()
