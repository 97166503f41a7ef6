// The three streams that every program is given, and what a tool does when it is not given them.
#pragma once

#include <string_view>

namespace flexstock::tools {

// First in main(). A stream that is closed leaves its number to the next file that is opened, a journal's for one, and
// what is said would be written into that. So the numbers are taken: whoever uses a closed stream gets EBADF.
void HoldStandardStreams();

// To standard error. That nobody can be told is no reason to end otherwise.
void Say(std::string_view text);

}  // namespace flexstock::tools
