# What `cmake --install` puts where: the library and its headers, what finds them (find_package, pkg-config), the tools.
#
# Only our own headers are installed: the libraries that the engine is built on stay behind the archive. Whoever links
# it needs those libraries, never their headers.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

install(TARGETS flexstock EXPORT flexstock ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(DIRECTORY ${PROJECT_SOURCE_DIR}/engine/include/flexstock DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}
  FILES_MATCHING PATTERN *.h)
install(FILES ${PROJECT_SOURCE_DIR}/LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR})
if(FLEXSTOCK_TOOLS)
  # OPTIONAL: whoever built the target flexstock alone installs no programs.
  install(TARGETS flexstock-replay flexstock-loadgen flexstock-journal OPTIONAL
    RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
  # The load generator finds them beside itself.
  install(DIRECTORY ${PROJECT_SOURCE_DIR}/tools/loadgen/scenarios DESTINATION ${CMAKE_INSTALL_DATADIR}/flexstock)
endif()

# find_package(flexstock)
set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/flexstock)
write_basic_package_version_file(${PROJECT_BINARY_DIR}/flexstockConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(EXPORT flexstock NAMESPACE flexstock:: FILE flexstockTargets.cmake DESTINATION ${package_dir})
install(FILES ${PROJECT_SOURCE_DIR}/cmake/flexstockConfig.cmake ${PROJECT_BINARY_DIR}/flexstockConfigVersion.cmake
  DESTINATION ${package_dir})

# pkg-config flexstock. The prefix is found from where the file lies, so that an installed tree may be moved.
file(RELATIVE_PATH FLEXSTOCK_PC_TO_PREFIX /prefix/${CMAKE_INSTALL_LIBDIR}/pkgconfig /prefix)
configure_file(${PROJECT_SOURCE_DIR}/cmake/flexstock.pc.in ${PROJECT_BINARY_DIR}/flexstock.pc @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/flexstock.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
