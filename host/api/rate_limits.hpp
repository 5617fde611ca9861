// How often somebody may ask. Pure: time comes in. [one thread]
#pragma once

#include <chrono>
#include <map>
#include <string>

namespace parley::api {

class RateLimits {
public:
    using Time = std::chrono::steady_clock::time_point;

    // `rate` requests a second, at most `burst` at once. Rate 0: no limit.
    RateLimits(double rate, double burst) : rate_(rate), burst_(burst) {}

    struct Verdict {
        bool allowed = true;
        int limit = 0;      // at once; 0: no limit
        int remaining = 0;  // of these
        int reset_s = 0;    // until all of them are there again
        int wait_s = 0;     // not allowed: until there is one
    };
    Verdict take(const std::string& who, Time now);

private:
    struct Bucket {
        double tokens;
        Time last;
    };
    Bucket& bucket(const std::string& who, Time now);
    Verdict verdict(const Bucket& bucket, bool allowed) const;
    void make_room(Time now);

    double rate_, burst_;
    std::map<std::string, Bucket, std::less<>> buckets_;
};

}  // namespace parley::api
