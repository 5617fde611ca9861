// Files on their way out: uploaded to Meta once, then sent by their id for as long as Meta keeps them. [I/O thread]
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "channels/channel.hpp"
#include "channels/cloud/caller.hpp"

namespace parley::channels {

// Which file has which id at Meta, for one account; kept where it outlives the process. Keys are hashes of content and
// type. [I/O thread], `done` is called once, perhaps before find() returns.
class UploadCache {
public:
    virtual ~UploadCache() = default;

    using FindDone = UniqueFunction<void(std::optional<std::string> media_id)>;
    // Nothing when it is not known, has expired, or cannot be looked up now.
    virtual void find(const std::string& key, FindDone done) = 0;
    virtual void remember(const std::string& key, const std::string& media_id, UnixMillis expires) = 0;
    // Meta does not know the id any more.
    virtual void forget(const std::string& key) = 0;
};

class CloudUploads : public std::enable_shared_from_this<CloudUploads> {
public:
    CloudUploads(const CloudConfig& config, std::shared_ptr<CloudCaller> caller, std::shared_ptr<UploadCache> cache)
        : phone_number_id_(config.phone_number_id), caller_(std::move(caller)), cache_(std::move(cache)) {}

    struct Upload {
        std::string media_id;
        bool from_cache = false;  // then Meta may have forgotten it
    };
    using UploadResult = boost::system::result<Upload, SendError>;
    using Done = UniqueFunction<void(UploadResult)>;

    // The id of the message's file. Many messages with one file upload it once, also when they come at the same time.
    // What is no file for WhatsApp is SendError::permanent; no upload is ever in doubt.
    void upload(const Outbound& message, Done done);
    // The id from the cache was no good: the next upload() makes a new one.
    void forget(const Outbound& message);

    // "sha256:..." of content and type.
    static std::string key_of(const Outbound& message);

private:
    void transfer(const std::string& key, const Outbound& message);
    void finish(const std::string& key, const UploadResult& result);

    std::string phone_number_id_;
    std::shared_ptr<CloudCaller> caller_;
    std::shared_ptr<UploadCache> cache_;
    std::map<std::string, std::vector<Done>> waiting_;  // by key, of files being looked up or uploaded
    std::set<std::string> lost_;  // keys whose cached id is no good; the cache may be slow to forget
};

}  // namespace parley::channels
