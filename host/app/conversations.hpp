// Conversations with the language model: what answers plain words, and what reads the files that come with them.
#pragma once

#include "app/files.hpp"
#include "pipeline/dispatcher.hpp"
#include "talk/talk.hpp"

namespace parley::app {

class Conversations {
public:
    struct Parts {
        net::Loop& loop;
        db::Pool& pool;
        WorkerPool& workers;
        const config::Settings& settings;
        const media::Store& store;
        const services::PhoneZones& zones;
        gpt::Model& model;  // with budgets and limits in front of it
        plugins::Runtime& runtime;
        plugins::HandlerPool& handlers;
        pipeline::Handler& handler;
        pipeline::Dispatcher& dispatcher;
        Files& files;
        services::ShowTyping show_typing;
        Metrics& metrics;
        Logger log;
    };
    // From now on handler and dispatcher give it plain words.
    explicit Conversations(Parts parts);

    // [I/O thread] Plugins are about to go: no command is run any more.
    void stop() { talk_.tools().stop(); }

private:
    talk::Attachments attachments_;
    talk::Talk talk_;
};

}  // namespace parley::app
