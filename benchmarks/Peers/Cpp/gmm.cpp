// The log posterior of a mixture of Gaussians and its gradient, by hand, a point at a time, as one writes it down from the maths.
//
// With y = Q(x − μ) and w the responsibilities (the softmax over components):
//   dα = w,   dμ = w·Qᵀy,   dl_ij = −w·y_i (x − μ)_j,   dq_i = w (1 − y_i Q_ii (x − μ)_i).
// Factors are stored by columns, so the inner loops run along them.
#include "gmm.hpp"

struct Scratch {
    Numbers deviations, y, scores, gradient;   // K × d, K × d, K, all
    explicit Scratch(const Problem& p) : deviations((size_t)p.k * p.d), y((size_t)p.k * p.d), scores(p.k), gradient(p.size()) {}
};

template <bool Gradient> static double point(const Problem& p, const double* x, const Numbers& diagonals, const Numbers& offsets, Scratch& scratch) {
    const int d = p.d, K = p.k, columns = p.columns();
    for (int k = 0; k < K; k++) {
        const double *mean = &p.means[(size_t)k * d], *diagonal = &diagonals[(size_t)k * d], *below = &p.factors[(size_t)k * columns + d];
        double* __restrict c = &scratch.deviations[(size_t)k * d];
        double* __restrict y = &scratch.y[(size_t)k * d];
        for (int i = 0; i < d; i++) c[i] = x[i] - mean[i];
        for (int i = 0; i < d; i++) y[i] = diagonal[i] * c[i];
        for (int j = 0; j < d; j++)
            for (int i = j + 1; i < d; i++) y[i] += *below++ * c[j];
        double square = 0;
        for (int i = 0; i < d; i++) square += y[i] * y[i];
        scratch.scores[k] = offsets[k] - 0.5 * square;
    }
    const double total = logsumexp(scratch.scores);
    if (!Gradient) return total;

    double *dalphas = scratch.gradient.data(), *dmeans = dalphas + K, *dfactors = dmeans + (size_t)K * d;
    for (int k = 0; k < K; k++) {
        const double w = std::exp(scratch.scores[k] - total);
        const double *c = &scratch.deviations[(size_t)k * d], *y = &scratch.y[(size_t)k * d], *diagonal = &diagonals[(size_t)k * d], *below = &p.factors[(size_t)k * columns + d];
        double* __restrict dmean = dmeans + (size_t)k * d;
        double* __restrict dq = dfactors + (size_t)k * columns;
        double* __restrict dl = dq + d;
        dalphas[k] += w;
        for (int i = 0; i < d; i++) dq[i] += w * (1 - y[i] * diagonal[i] * c[i]);
        for (int i = 0; i < d; i++) dmean[i] += w * diagonal[i] * y[i];
        for (int j = 0; j < d; j++) {
            const double wc = w * c[j];
            double sum = 0;
            for (int i = j + 1; i < d; i++) {
                sum += *below++ * y[i];
                *dl++ -= wc * y[i];
            }
            dmean[j] += w * sum;
        }
    }
    return total;
}

template <bool Gradient> static double evaluate(const Problem& p, std::vector<Scratch>& scratch, Numbers& gradient) {
    Numbers diagonals((size_t)p.k * p.d), offsets = p.alphas;
    for (int k = 0; k < p.k; k++)
        for (int i = 0; i < p.d; i++) {
            const double log = p.factors[(size_t)k * p.columns() + i];
            diagonals[(size_t)k * p.d + i] = std::exp(log);
            offsets[k] += log;
        }
    double total = 0;
    const int threads = (int)scratch.size();
#pragma omp parallel for reduction(+ : total) schedule(static) num_threads(threads)
    for (int t = 0; t < threads; t++) {
        if (Gradient) std::fill(scratch[t].gradient.begin(), scratch[t].gradient.end(), 0);
        for (int n = (int)((long)p.n * t / threads); n < (long)p.n * (t + 1) / threads; n++) total += point<Gradient>(p, &p.points[(size_t)n * p.d], diagonals, offsets, scratch[t]);
    }
    if (Gradient) {
        std::fill(gradient.begin(), gradient.end(), 0);
        for (auto& part : scratch)
            for (size_t i = 0; i < gradient.size(); i++) gradient[i] += part.gradient[i];
    }
    return total + prior(p, Gradient ? gradient.data() : nullptr);
}

int main(int argc, char** argv) {
    Options options(argc, argv);
    Problem problem(options.file);
    std::vector<Scratch> scratch(options.threads, Scratch(problem));
    Numbers gradient(problem.size());
    double objective = 0;
    double function = median_seconds(options.seconds, [&] { objective = evaluate<false>(problem, scratch, gradient); });
    double with_gradient = median_seconds(options.seconds, [&] { objective = evaluate<true>(problem, scratch, gradient); });
    print(options, objective, gradient, function, with_gradient);
}
