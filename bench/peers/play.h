// Play: a sale, once, by a peer's clients.
#pragma once

#include <vector>

#include "bench/peers/peer.h"
#include "bench/peers/way.h"

namespace flexstock::bench::peers {

struct Played {
  double seconds = 0;           // from the first order's placing to the last one's answer
  std::vector<Answer> answers;  // to the sale's orders
  std::vector<Shelf> shelves;   // of its products, afterwards
};

// As many clients as the way says, each on a thread of its own; whoever is free takes the next few orders. Throws
// Failure, a client's too, and Interrupted.
[[nodiscard]] Played Play(Peer& peer, const Sale& sale, const Way& way);

}  // namespace flexstock::bench::peers
