# Target flexstock_commit: "flexstock_commit.h" defines FLEXSTOCK_COMMIT. Looked at in each build, written when it is another:
# `add_dependencies(x flexstock_commit)`, and FLEXSTOCK_COMMIT_DIR among its include directories.
set(FLEXSTOCK_COMMIT_DIR ${PROJECT_BINARY_DIR}/generated)
if(TARGET flexstock_commit)
  return()
endif()
add_custom_target(flexstock_commit BYPRODUCTS ${FLEXSTOCK_COMMIT_DIR}/flexstock_commit.h
  COMMAND ${CMAKE_COMMAND} -D SOURCE=${PROJECT_SOURCE_DIR} -D HEADER=${FLEXSTOCK_COMMIT_DIR}/flexstock_commit.h
          -P ${CMAKE_CURRENT_LIST_DIR}/write_commit.cmake)
