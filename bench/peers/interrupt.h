// Interrupt: Ctrl-C ends a run in order, so that servers are stopped and files removed.
#pragma once

namespace flexstock::bench::peers {

struct Interrupted {};

// From now on, SIGINT, SIGTERM and SIGHUP make ThrowIfInterrupted throw; nothing else happens.
void CatchInterrupts();
// Throws Interrupted. Any thread.
void ThrowIfInterrupted();

}  // namespace flexstock::bench::peers
