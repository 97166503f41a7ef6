# flexstock_test(NAME SOURCES a.cc ... [LIBS lib ...] [LABELS label ...])
#
# One GoogleTest program, one CTest test a case. LABELS slow: left out of sanitizer runs.
include(GoogleTest)
find_package(GTest REQUIRED)
function(flexstock_test name)
  cmake_parse_arguments(ARG "" "" "SOURCES;LIBS;LABELS" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  target_link_libraries(${name} PRIVATE flexstock::flexstock flexstock_compile GTest::gtest GTest::gtest_main ${ARG_LIBS})
  set(properties TIMEOUT 600)
  if(ARG_LABELS)  # an empty value would be lost on the way, and the next word be taken for it
    list(APPEND properties LABELS "${ARG_LABELS}")
  endif()
  # NO_PRETTY_VALUES: a test's name is what --gtest_filter takes, not a parameter's bytes, which are others in each run.
  gtest_discover_tests(${name} DISCOVERY_MODE PRE_TEST NO_PRETTY_VALUES PROPERTIES ${properties})
endfunction()
