#include "channels/no_answer.hpp"

namespace parley::channels {

SendError no_answer(const net::ClientError& failure, std::string_view provider) {
    SendError error;
    error.reason = "no answer from " + std::string(provider) + ": " + failure.error.message;
    // A URL that cannot be used will not get better by trying.
    const bool bad_address = failure.error.code == Errc::invalid || failure.error.code == Errc::denied;
    error.kind = failure.progress == net::Progress::in_doubt ? SendError::Class::in_doubt
                 : bad_address                               ? SendError::Class::halted
                                                             : SendError::Class::transient;
    return error;
}

}  // namespace parley::channels
