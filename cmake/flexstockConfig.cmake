# Found by find_package(flexstock). The archive's own dependencies have to be linked with it, so they are found here.
include(CMakeFindDependencyMacro)
find_dependency(absl)
find_dependency(Threads)
include(${CMAKE_CURRENT_LIST_DIR}/flexstockTargets.cmake)
