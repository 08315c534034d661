// A mixture of Gaussians: its data, and the part of the log posterior that no point has a share in.
#pragma once
#include "bench.hpp"

struct Problem {
    int d, k, n, m;
    double gamma;
    Numbers alphas, means, factors, points;
    int columns() const { return d * (d + 1) / 2; }
    size_t size() const { return (size_t)k * (1 + d + columns()); }

    explicit Problem(const char* path) {
        Reader file(path);
        d = file.whole(), k = file.whole(), n = file.whole();
        alphas = file.next(k), means = file.next((size_t)k * d), factors = file.next((size_t)k * columns()), points = file.next((size_t)n * d);
        gamma = file.next(), m = file.whole();
    }
};

static double log_gamma_distribution(double a, int d) {
    double sum = 0.25 * d * (d - 1) * std::log(M_PI);
    for (int j = 1; j <= d; j++) sum += std::lgamma(a + 0.5 * (1 - j));
    return sum;
}

static double logsumexp(const Numbers& x) {
    double most = *std::max_element(x.begin(), x.end()), sum = 0;
    for (double v : x) sum += std::exp(v - most);
    return most + std::log(sum);
}

// Everything but the points; adds to the gradient if there is one.
static double prior(const Problem& p, double* gradient) {
    double squares = 0, logs = 0, n = p.d + p.m + 1;
    for (int k = 0; k < p.k; k++) {
        const double* row = &p.factors[(size_t)k * p.columns()];
        double* g = gradient ? gradient + p.k + (size_t)p.k * p.d + (size_t)k * p.columns() : nullptr;
        for (int i = 0; i < p.columns(); i++) {
            double v = i < p.d ? std::exp(row[i]) : row[i];
            squares += v * v;
            if (i < p.d) logs += row[i];
            if (g) g[i] += i < p.d ? p.gamma * p.gamma * v * v - p.m : p.gamma * p.gamma * v;
        }
    }
    double weights = logsumexp(p.alphas);
    if (gradient)
        for (int k = 0; k < p.k; k++) gradient[k] -= p.n * std::exp(p.alphas[k] - weights);
    double c = n * p.d * (std::log(p.gamma) - 0.5 * std::log(2.0)) - log_gamma_distribution(0.5 * n, p.d);
    return -p.n * 0.5 * p.d * std::log(2 * M_PI) - p.n * weights + 0.5 * p.gamma * p.gamma * squares - p.m * logs - p.k * c;
}
