# What `cmake --install` puts where, under any prefix: the server finds its modules beside itself, so the tree can be
# moved as a whole. Modules bring their own rules (sluice_add_module).
include(CMakePackageConfigHelpers)

set(reference "${PROJECT_BINARY_DIR}/reference")  # written by sdk/
set(package_folder lib/cmake/Sluice)
set(exported sluice_abi sluice_wire sluice_sdk sluice_media sluice_mux_mp4 sluice_mux_ts sluice_mux_flv sluice_tls sluice-note)
foreach(target IN LISTS exported)
  string(REGEX REPLACE "^sluice[_-]" "" name "${target}")
  set_target_properties(${target} PROPERTIES EXPORT_NAME ${name})
endforeach()
install(TARGETS ${exported} EXPORT SluiceTargets
        RUNTIME DESTINATION bin COMPONENT sdk ARCHIVE DESTINATION lib COMPONENT sdk)
install(EXPORT SluiceTargets NAMESPACE Sluice:: DESTINATION ${package_folder} COMPONENT sdk)

if(TARGET sluice)
  install(TARGETS sluice RUNTIME DESTINATION bin COMPONENT server)
endif()
foreach(room IN ITEMS abi c cpp wire media mux/mp4 mux/ts mux/flv tls)
  install(DIRECTORY "${PROJECT_SOURCE_DIR}/sdk/${room}/include/" DESTINATION include COMPONENT sdk)
endforeach()

configure_package_config_file("${CMAKE_CURRENT_LIST_DIR}/SluiceConfig.cmake.in"
  "${PROJECT_BINARY_DIR}/SluiceConfig.cmake" INSTALL_DESTINATION ${package_folder})
# Every interface is a draft until 1.0, so another minor is another SDK.
write_basic_package_version_file("${PROJECT_BINARY_DIR}/SluiceConfigVersion.cmake"
  VERSION ${PROJECT_VERSION} COMPATIBILITY SameMinorVersion)
configure_file("${CMAKE_CURRENT_LIST_DIR}/sluice.pc.in" "${PROJECT_BINARY_DIR}/sluice.pc" @ONLY)
install(FILES "${PROJECT_BINARY_DIR}/SluiceConfig.cmake" "${PROJECT_BINARY_DIR}/SluiceConfigVersion.cmake"
              "${CMAKE_CURRENT_LIST_DIR}/SluiceModule.cmake" "${CMAKE_CURRENT_LIST_DIR}/module.map"
        DESTINATION ${package_folder} COMPONENT sdk)
install(FILES "${PROJECT_BINARY_DIR}/sluice.pc" DESTINATION lib/pkgconfig COMPONENT sdk)

install(FILES "${PROJECT_SOURCE_DIR}/LICENSE" "${PROJECT_SOURCE_DIR}/README.md"
        DESTINATION share/doc/sluice COMPONENT server)
install(FILES "${PROJECT_SOURCE_DIR}/docs/writing-a-module.md" "${PROJECT_SOURCE_DIR}/docs/signing.md"
        DESTINATION share/doc/sluice COMPONENT sdk)
install(DIRECTORY "${reference}/" DESTINATION share/doc/sluice/reference COMPONENT sdk FILES_MATCHING PATTERN "*.md")
install(FILES "${PROJECT_SOURCE_DIR}/manifests/module.schema.json" DESTINATION share/sluice COMPONENT sdk)
install(DIRECTORY "${PROJECT_SOURCE_DIR}/sdk/examples" "${PROJECT_SOURCE_DIR}/sdk/templates"
        DESTINATION share/sluice COMPONENT sdk)

# All that is installed and nothing more: what somebody who wants to run the server waits for.
add_custom_target(installed)
add_dependencies(installed ${exported} reference)
if(TARGET sluice)
  add_dependencies(installed sluice)
endif()
foreach(room IN LISTS module_rooms)
  get_filename_component(room "${room}" DIRECTORY)
  get_property(targets DIRECTORY "${room}" PROPERTY BUILDSYSTEM_TARGETS)
  if(targets)
    add_dependencies(installed ${targets})
  endif()
endforeach()
