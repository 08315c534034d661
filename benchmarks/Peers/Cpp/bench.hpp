// What the three programs share: reading a file of numbers, timing, and the one line that they print.
#pragma once
#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>
#ifdef _OPENMP
#include <omp.h>
#endif

using Numbers = std::vector<double>;

// A file's numbers, separated by white space, in order.
class Reader {
    std::string text_;
    const char* at_;

public:
    explicit Reader(const char* path) {
        std::ifstream file(path);
        if (!file) { std::fprintf(stderr, "cannot read %s\n", path); std::exit(2); }
        text_.assign(std::istreambuf_iterator<char>(file), {});
        at_ = text_.c_str();
    }
    double next() {
        char* end;
        double value = std::strtod(at_, &end);
        if (end == at_) { std::fprintf(stderr, "the file has too few numbers\n"); std::exit(2); }
        at_ = end;
        return value;
    }
    int whole() { return (int)next(); }
    Numbers next(size_t count) {
        Numbers values(count);
        for (auto& value : values) value = next();
        return values;
    }
};

struct Options {
    const char* file = nullptr;
    int threads = 1;
    double seconds = 1;
    Options(int argc, char** argv) {
        for (int i = 1; i < argc; i++) {
            if (!std::strcmp(argv[i], "--threads")) threads = std::atoi(argv[++i]);
            else if (!std::strcmp(argv[i], "--seconds")) seconds = std::atof(argv[++i]);
            else file = argv[i];
        }
        if (!file) { std::fprintf(stderr, "usage: %s FILE [--threads N] [--seconds S]\n", argv[0]); std::exit(2); }
#ifdef _OPENMP
        omp_set_num_threads(threads);
#endif
    }
};

// The median time of a run, after runs for as long that don't count.
template <class F> double median_seconds(double seconds, F run) {
    using clock = std::chrono::steady_clock;
    auto since = [](clock::time_point start) { return std::chrono::duration<double>(clock::now() - start).count(); };
    for (auto start = clock::now(); since(start) < seconds / 2;) run();
    Numbers times;
    for (auto start = clock::now(); since(start) < seconds || times.size() < 3;) {
        auto begin = clock::now();
        run();
        times.push_back(since(begin));
    }
    std::nth_element(times.begin(), times.begin() + times.size() / 2, times.end());
    return times[times.size() / 2];
}

inline void print(const Options& options, double objective, const Numbers& gradient, double function, double with_gradient) {
    double norm = 0;
    for (double g : gradient) norm += g * g;
    std::printf("{\"objective\": %.17g, \"gradient_norm\": %.17g, \"function_seconds\": %.6g, \"gradient_seconds\": %.6g, \"threads\": %d}\n",
                objective, std::sqrt(norm), function, with_gradient, options.threads);
}
