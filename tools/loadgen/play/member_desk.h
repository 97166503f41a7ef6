// MemberDesk: the members of a scenario. They answer requests after a while, or never, and bring new stock.
#pragma once

#include "tools/loadgen/play/desk.h"
#include "tools/loadgen/scenario/members.h"

namespace flexstock::loadgen {

struct MemberErrand {
  // kBook: it is accepted, and not booked yet.
  enum class Kind : std::uint8_t { kAccept, kAcceptPart, kBook, kDecline, kRestock };
  Kind kind;
  std::uint32_t product;  // its index in the catalogue
  OrderId order;
  Units units;
};

class MemberDesk final : public Desk<MemberErrand> {
 public:
  MemberDesk(const Floor& floor, const Hours& hours, const Scenario& scenario, std::uint64_t seed, Notebook& notebook);

 private:
  using Kind = MemberErrand::Kind;

  void Answer(const Event& event) override;
  Code Do(MemberErrand* errand) override;

  Members members_;
};

}  // namespace flexstock::loadgen
