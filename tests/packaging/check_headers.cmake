# cmake -D SOURCE=DIR -D INSTALLED=DIR -P check_headers.cmake
#
# The installed headers are exactly ours, and they include nothing but each other and the C++ standard library (whose
# headers have neither a folder nor an extension), so that no dependency's headers reach a user's build.
file(GLOB_RECURSE ours RELATIVE ${SOURCE} ${SOURCE}/*)
file(GLOB_RECURSE installed RELATIVE ${INSTALLED} ${INSTALLED}/*)
if(NOT ours OR NOT ours STREQUAL installed)
  message(FATAL_ERROR "installed:\n  ${installed}\nours:\n  ${ours}")
endif()
foreach(header ${installed})
  file(STRINGS ${INSTALLED}/${header} includes REGEX "^ *# *include")
  foreach(include ${includes})
    if(NOT include MATCHES "^#include (<[a-z_]+>|\"flexstock/[a-z_]+\\.h\")$")
      message(FATAL_ERROR "${header} has a foreign include: ${include}")
    endif()
  endforeach()
endforeach()
