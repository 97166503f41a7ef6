# flexstock_test(NAME SOURCES a.cc ... [LIBS lib ...] [LABEL slow | threads] [AS_SHIPPED] [ALONE])
#
# One GoogleTest program, one CTest test a case.
#   slow         left out of sanitizer runs
#   threads      several threads meet in it: run under ThreadSanitizer, too, for which `flexstock_thread_tests` builds it
#   ALONE        it measures: no other test runs beside it
#   AS_SHIPPED   what it takes of the engine's headers is optimised as in the engine
include(GoogleTest)
find_package(GTest REQUIRED)

# How tests are compiled. The libraries that they test are optimised; they themselves, mostly templates of GoogleTest's,
# are so as far as it costs little.
add_library(flexstock_test_code INTERFACE)
target_link_libraries(flexstock_test_code INTERFACE flexstock_compile GTest::gtest GTest::gtest_main)
target_compile_options(flexstock_test_code INTERFACE
  $<$<AND:$<CONFIG:Release>,$<NOT:$<BOOL:$<TARGET_PROPERTY:FLEXSTOCK_AS_SHIPPED>>>>:-O1>)
if(CMAKE_CXX_COMPILER_ID STREQUAL GNU AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  # False for "x" + std::string at -O1, as -Wrestrict is (FlexstockCompile.cmake).
  target_compile_options(flexstock_test_code INTERFACE -Wno-array-bounds -Wno-stringop-overflow)
endif()

# Where everything is ten times as slow, tests with seeds run fewer of them: FLEXSTOCK_SLOW, 1 or 0.
set(slow 0)
if(FLEXSTOCK_SANITIZE OR CMAKE_BUILD_TYPE STREQUAL Debug)
  set(slow 1)
endif()
target_compile_definitions(flexstock_test_code INTERFACE FLEXSTOCK_SLOW=${slow})

# What nearly every test includes, compiled once. An executable, because what is compiled for another kind of target does
# not fit one.
add_executable(flexstock_test_headers ${CMAKE_CURRENT_LIST_DIR}/FlexstockTest.cc)
target_link_libraries(flexstock_test_headers PRIVATE flexstock_test_code)
target_precompile_headers(flexstock_test_headers PRIVATE
  <gtest/gtest.h> <algorithm> <filesystem> <functional> <map> <random> <sstream> <string> <vector>)

add_custom_target(flexstock_thread_tests)

function(flexstock_test name)
  cmake_parse_arguments(ARG "ALONE;AS_SHIPPED" "LABEL" "SOURCES;LIBS" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  target_link_libraries(${name} PRIVATE flexstock::flexstock flexstock_test_code ${ARG_LIBS})
  if(ARG_AS_SHIPPED)
    set_target_properties(${name} PROPERTIES FLEXSTOCK_AS_SHIPPED ON)
  else()
    target_precompile_headers(${name} REUSE_FROM flexstock_test_headers)
  endif()
  set(properties TIMEOUT 600)
  if(ARG_ALONE)
    list(APPEND properties RUN_SERIAL ON)
  endif()
  if(ARG_LABEL)  # an empty value would be lost on the way, and the next word be taken for it
    list(APPEND properties LABELS ${ARG_LABEL})
  endif()
  if(ARG_LABEL STREQUAL threads)
    add_dependencies(flexstock_thread_tests ${name})
  endif()
  # NO_PRETTY_VALUES: a test's name is what --gtest_filter takes, not a parameter's bytes, which are others in each run.
  gtest_discover_tests(${name} DISCOVERY_MODE PRE_TEST NO_PRETTY_VALUES PROPERTIES ${properties})
endfunction()
