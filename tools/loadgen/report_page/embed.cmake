# Makes the C++ source of the page: cmake -D PAGE=.. -D STYLE=.. -D SCRIPT=.. -D LICENCE=.. -D OUT=.. -P embed.cmake
#
# page.html names its parts as @STYLE@ and the like. The run, which comes last, is put in by the program.
file(READ ${PAGE} page)
foreach(part STYLE SCRIPT LICENCE)
  file(READ ${${part}} text)
  string(REPLACE "@${part}@" "${text}" page "${page}")
endforeach()
string(FIND "${page}" "@RUN@" run)
string(SUBSTRING "${page}" 0 ${run} before)
math(EXPR run "${run} + 5")
string(SUBSTRING "${page}" ${run} -1 behind)
file(WRITE ${OUT} "#include \"tools/loadgen/report_page/page_parts.h\"

const std::string_view flexstock::loadgen::kPageBeforeRun = R\"=page=(${before})=page=\";
const std::string_view flexstock::loadgen::kPageBehindRun = R\"=page=(${behind})=page=\";
")
