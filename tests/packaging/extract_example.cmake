# cmake -D README=README.md -D EXAMPLE=example.cc -P extract_example.cmake
#
# Writes the first block between ```cpp and ``` of README to EXAMPLE: what is printed there is what is compiled.
file(READ ${README} text)
string(FIND "${text}" "```cpp\n" begin)
if(begin EQUAL -1)
  message(FATAL_ERROR "${README} has no block that starts with ```cpp")
endif()
math(EXPR begin "${begin} + 7")
string(SUBSTRING "${text}" ${begin} -1 text)
string(FIND "${text}" "```\n" end)
string(SUBSTRING "${text}" 0 ${end} text)
file(WRITE ${EXAMPLE} "${text}")
