# cmake -D README=README.md -D BLOCK=cpp -D FILE=example.cc -P extract_block.cmake
#
# Writes the first block of README that begins with ``` and BLOCK to FILE: what is printed there is what is tested.
file(READ ${README} text)
set(fence "```${BLOCK}\n")
string(FIND "${text}" "${fence}" begin)
if(begin EQUAL -1)
  message(FATAL_ERROR "${README} has no block that begins with ```${BLOCK}")
endif()
string(LENGTH "${fence}" length)
math(EXPR begin "${begin} + ${length}")
string(SUBSTRING "${text}" ${begin} -1 text)
string(FIND "${text}" "```\n" end)
string(SUBSTRING "${text}" 0 ${end} text)
file(WRITE ${FILE} "${text}")
