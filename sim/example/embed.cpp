// embed.cpp - the module in a C++ test of one's own: it boots, answers and survives a crash, in
// virtual time.
//
//     c++ embed.cpp $(pkg-config --cflags --libs libsim7000) -o embed && ./embed
#include <cstdint>
#include <cstdio>
#include <string>
#include <vector>

#include <sim/sim.h>

namespace {

constexpr std::uint32_t baud_bps = 115200;
constexpr std::uint64_t second_us = 1000000;

// A module is a value; it lives where we put it, and time is a number that we count up.
class Module {
public:
    Module() : flash_(1u << 20)
    {
        sim_config_init(&config_);
        config_.settings[SIM_SETTING_PORT_RATE] = baud_bps;
        store_.bytes = flash_.data();
        store_.capacity = static_cast<std::uint32_t>(flash_.size());
        host_.config = &config_;
        host_.store = &store_;
        sim_init(&module_, &host_, 0);
    }

    void apply(enum sim_action_kind kind)
    {
        sim_action action = sim_action();
        action.kind = static_cast<std::uint8_t>(kind);
        sim_apply(&module_, &host_, &action, now_us_);
    }

    // Lets that time pass; returns what the module has said meanwhile.
    std::string run(std::uint64_t time_us)
    {
        const std::uint64_t end_us = now_us_ + time_us;
        std::string heard;
        for (;;) {
            const std::uint64_t next_us = sim_advance(&module_, &host_, now_us_);
            char bytes[256];
            std::uint32_t rate_bps;
            while (std::size_t size = sim_transmit(&module_, &host_, bytes, sizeof bytes, &rate_bps,
                                                   now_us_))
                heard.append(bytes, size);
            if (now_us_ >= end_us)
                return heard;
            now_us_ = next_us < end_us && next_us > now_us_ ? next_us : end_us;
        }
    }

    std::string ask(const std::string &command)
    {
        const std::string line = command + "\r";
        sim_receive(&module_, &host_, line.data(), line.size(), baud_bps, now_us_);
        return run(2 * second_us);
    }

private:
    struct sim module_ = {};
    struct sim_config config_ = {};
    struct sim_host host_ = {};
    struct sim_store store_ = {};
    std::vector<std::uint8_t> flash_;
    std::uint64_t now_us_ = 0;
};

int failed = 0;

void check(const std::string &heard, const char *want)
{
    const bool good = heard.find(want) != std::string::npos;
    std::printf("%s %s\n", good ? "ok  " : "FAIL", want);
    failed += good ? 0 : 1;
}

} // namespace

int main()
{
    static Module module;
    module.apply(SIM_ACTION_POWER_ON);
    check(module.run(30 * second_us), "SMS Ready");
    check(module.ask("AT+GMR"), "Revision:");
    module.apply(SIM_ACTION_POWER_CUT);
    check("silence" + module.ask("AT"), "silence");
    module.apply(SIM_ACTION_POWER_ON);
    check(module.run(30 * second_us), "SMS Ready");
    check(module.ask("AT+CFOTA?"), "+CFOTA: ");
    return failed == 0 ? 0 : 1;
}
