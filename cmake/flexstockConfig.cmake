# Found by find_package(flexstock). The archive's own dependencies have to be linked with it, so they are found here.
include(CMakeFindDependencyMacro)
find_dependency(absl)
find_dependency(Threads)
find_dependency(PkgConfig)
pkg_check_modules(FLEXSTOCK_XXHASH REQUIRED IMPORTED_TARGET libxxhash)
pkg_check_modules(FLEXSTOCK_ZSTD REQUIRED IMPORTED_TARGET libzstd)
include(${CMAKE_CURRENT_LIST_DIR}/flexstockTargets.cmake)
