// The files of messages: fetched in the background, kept within limits, read, made voice notes or pictures for a model,
// linked to for providers.
#pragma once

#include "app/file_server.hpp"
#include "config/config.hpp"
#include "config/settings.hpp"
#include "config/vault.hpp"
#include "extract/extractor.hpp"
#include "gpt/options.hpp"
#include "media/links.hpp"
#include "media/pictures.hpp"
#include "media/voice.hpp"
#include "net/loop.hpp"
#include "pipeline/downloads.hpp"

namespace parley::app {

class Files {
public:
    struct Parts {
        const config::Config& config;
        const config::Settings& settings;
        const config::Vault& vault;
        db::Pool& pool;
        net::Loop& loop;
        WorkerPool& workers;
        const media::Store& store;
        std::string program;  // this program's path
        Metrics& metrics;
        Logger log;
    };

    Files(Parts parts, pipeline::Downloads::ChannelOf channel_of);

    // [I/O thread] Takes up what an earlier process left, and begins to sweep: now and once an hour.
    void open();

    pipeline::Downloads& downloads() { return downloads_; }
    media::Voice& voice() { return voice_; }
    media::Pictures& pictures() { return pictures_; }
    extract::Extractor& documents() { return documents_; }
    const media::Links& links() const { return links_; }
    FileServer& server() { return server_; }

    // [any thread] A URL under which the file can be fetched for half a day. Errc::invalid while PUBLIC_URL is not set.
    Result<std::string> public_link(const std::string& stored) const;

    // [any thread] A recording of whatever kind as a voice note, which every transcription takes.
    void convert(gpt::Audio recording, UniqueFunction<void(Result<gpt::Audio>)> done);

    // [I/O thread] As of the last sweep.
    media::Store::Sweep state() const { return state_; }

private:
    void sweep();
    void swept(const media::Store::Sweep& result);

    Parts parts_;
    media::Links links_;
    FileServer server_;
    pipeline::Downloads downloads_;
    media::Voice voice_;
    media::Pictures pictures_;
    extract::Extractor documents_;
    media::Store::Sweep state_;
    Metrics::Counter removed_;
};

}  // namespace parley::app
