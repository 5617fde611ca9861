// One spelling for phone numbers that providers spell in two. Pure. [any thread]
#pragma once

#include <string>
#include <string_view>

namespace parley::contacts {

// The digits to compare a number by; never a number to dial. What is no digit is dropped. Three countries have a digit
// that WhatsApp's ids of the same person may have or lack:
//
//   Brazil     55 AA [9] XXXXXXXX   the 9 before mobile numbers. Only where the rest begins with 6 to 9: those are the
//                                   numbers that were mobile before the 9 came. 55 11 9 4xxx xxxx never was without it,
//                                   and without it would be somebody's landline.
//   Mexico     52 [1] XXXXXXXXXX    the 1 that was dialled before mobile numbers until 2019
//   Argentina  54 [9] XXXXXXXXXX    the 9 that is dialled from abroad before mobile numbers
//
// The digit is left out here.
std::string canonical_phone(std::string_view number);

}  // namespace parley::contacts
