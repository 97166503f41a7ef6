// Looking again: how files are read that a running engine may write, rename and remove meanwhile.
//
// No lock is taken, so a look may find a file gone that was listed, a segment used again, or the last block half
// written. Damage stays where it is: what two looks in a row find alike is so; what changes is the engine at work.
#pragma once

#include <functional>
#include <string>

namespace flexstock::journal_tool {

// Calls look(), which begins anew each time and says what it has found: "" if nothing that worries. Until it finds
// nothing, or the same twice in a row, or has been called often enough; what it found last.
std::string LookAgain(const std::function<std::string()>& look);

}  // namespace flexstock::journal_tool
