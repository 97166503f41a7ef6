// Scratch: a directory that is gone afterwards, however the work in it ends: it is done in a process of its own, which
// this one watches, and removes the directory behind.
//
// Not promised: if somebody kills this process by SIGKILL, the directory stays, and its name says whose it was.
#pragma once

#include <functional>
#include <string>

namespace flexstock::bench {

// Makes a directory in `parent`, which is made if it is not there, and gives the work's exit status: 128 + n if it was
// ended by signal n, or this process was asked to end by it. 1, with a word, if the directory cannot be made.
[[nodiscard]] int InScratch(const std::string& parent, const std::function<int(const std::string& directory)>& work);

}  // namespace flexstock::bench
