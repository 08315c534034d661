// The log posterior of a mixture of Gaussians and its gradient, by hand and tuned: many points at a time.
//
// With y = Q(x − μ) and w the responsibilities (the softmax over components):
//   dα = Σ w,   dμ = Qᵀ Σ w·y,   dQ = Σ w·(1/Q_ii on the diagonal) − w·y(x − μ)ᵀ   (and dq = dQ_ii·Q_ii).
// Points are taken in blocks, laid out with the point innermost, so that every inner loop is over points and becomes vector code whatever D is.
#include "gmm.hpp"

constexpr int B = 64;                        // points in a block
typedef double Lane[B] __attribute__((aligned(64)));

struct Mixture {
    const Problem& p;
    Numbers q;       // k × d × d, dense rows of the triangular factors
    Numbers offset;  // k: α + Σ log diagonal
    explicit Mixture(const Problem& problem) : p(problem), q((size_t)p.k * p.d * p.d), offset(p.k) {}

    void prepare() {
        for (int k = 0; k < p.k; k++) {
            const double* row = &p.factors[(size_t)k * p.columns()];
            double* dense = &q[(size_t)k * p.d * p.d];
            double sum = p.alphas[k];
            for (int i = 0; i < p.d; i++) { sum += row[i]; dense[i * p.d + i] = std::exp(row[i]); }
            offset[k] = sum;
            const double* below = row + p.d;
            for (int j = 0; j < p.d; j++)
                for (int i = j + 1; i < p.d; i++) dense[i * p.d + j] = *below++;
        }
    }
};

// One thread's part of the points: their log likelihood; gradients go to sums by component.
template <bool Gradient> static double likelihood(const Mixture& mix, int from, int to, double* sum_w, double* sum_wy, double* sum_wyx) {
    const Problem& p = mix.p;
    const int d = p.d, K = p.k;
    std::vector<double> memory((size_t)(d + K * d + K + d) * B + 8);
    double* base = (double*)(((uintptr_t)memory.data() + 63) & ~(uintptr_t)63);
    Lane* x = (Lane*)base;              // d: the block's points
    Lane* y = x + d;                    // K × d
    Lane* score = y + (size_t)K * d;    // K, then the responsibilities
    Lane* c = score + K;                // d: x − μ
    double total = 0;

    for (int start = from; start < to; start += B) {
        int count = std::min(B, to - start);
        for (int b = 0; b < B; b++)
            for (int j = 0; j < d; j++) x[j][b] = p.points[(size_t)(start + std::min(b, count - 1)) * d + j];

        Lane most;
        for (int b = 0; b < B; b++) most[b] = -INFINITY;
        for (int k = 0; k < K; k++) {
            const double* mean = &p.means[(size_t)k * d];
            for (int j = 0; j < d; j++)
                for (int b = 0; b < B; b++) c[j][b] = x[j][b] - mean[j];
            Lane squares = {};
            for (int i = 0; i < d; i++) {
                const double* row = &mix.q[((size_t)k * d + i) * d];
                Lane sum = {};
                for (int j = 0; j <= i; j++)
                    for (int b = 0; b < B; b++) sum[b] += row[j] * c[j][b];
                for (int b = 0; b < B; b++) squares[b] += sum[b] * sum[b];
                if (Gradient) std::memcpy(y[(size_t)k * d + i], sum, sizeof sum);
            }
            for (int b = 0; b < B; b++) {
                score[k][b] = mix.offset[k] - 0.5 * squares[b];
                most[b] = std::max(most[b], score[k][b]);
            }
        }
        Lane sum = {}, log;
        for (int k = 0; k < K; k++)
            for (int b = 0; b < B; b++) sum[b] += score[k][b] = std::exp(score[k][b] - most[b]);
        for (int b = 0; b < B; b++) log[b] = most[b] + std::log(sum[b]);
        for (int b = 0; b < count; b++) total += log[b];
        if (!Gradient) continue;

        for (int b = 0; b < B; b++) sum[b] = b < count ? 1 / sum[b] : 0;
        for (int k = 0; k < K; k++) {
            double w = 0;
            for (int b = 0; b < B; b++) w += score[k][b] *= sum[b];
            sum_w[k] += w;
            for (int i = 0; i < d; i++) {
                Lane wy;
                double all = 0;
                for (int b = 0; b < B; b++) all += wy[b] = score[k][b] * y[(size_t)k * d + i][b];
                sum_wy[(size_t)k * d + i] += all;
                double* row = sum_wyx + ((size_t)k * d + i) * d;
                for (int j = 0; j <= i; j++) {
                    double product = 0;
                    for (int b = 0; b < B; b++) product += wy[b] * x[j][b];
                    row[j] += product;
                }
            }
        }
    }
    return total;
}

template <bool Gradient> static double evaluate(Mixture& mix, int threads, double* gradient, Numbers& scratch) {
    const Problem& p = mix.p;
    const int d = p.d, K = p.k;
    const size_t part = (size_t)K * (1 + d + d * d);
    mix.prepare();
    if (Gradient) {
        scratch.assign(part * threads, 0);
        std::fill(gradient, gradient + p.size(), 0);
    }
    double total = prior(p, Gradient ? gradient : nullptr);
    const int blocks = (p.n + B - 1) / B;
#pragma omp parallel for reduction(+ : total) schedule(static) num_threads(threads)
    for (int t = 0; t < threads; t++) {
        double* mine = Gradient ? &scratch[part * t] : nullptr;
        total += likelihood<Gradient>(mix, std::min(p.n, blocks * t / threads * B), std::min(p.n, blocks * (t + 1) / threads * B), mine, mine + K, mine + K + (size_t)K * d);
    }
    if (!Gradient) return total;

    for (int t = 1; t < threads; t++)
        for (size_t i = 0; i < part; i++) scratch[i] += scratch[part * t + i];
    const double *w = scratch.data(), *wy = w + K, *wyx = wy + (size_t)K * d;
    double *dmeans = gradient + K, *dfactors = dmeans + (size_t)K * d;
    for (int k = 0; k < K; k++) {
        const double *q = &mix.q[(size_t)k * d * d], *mean = &p.means[(size_t)k * d], *y = wy + (size_t)k * d, *yx = wyx + (size_t)k * d * d;
        double* g = dfactors + (size_t)k * p.columns();
        gradient[k] += w[k];
        for (int i = 0; i < d; i++)
            for (int j = 0; j <= i; j++) dmeans[(size_t)k * d + j] += q[i * d + j] * y[i];
        for (int i = 0; i < d; i++) g[i] += w[k] - (yx[i * d + i] - y[i] * mean[i]) * q[i * d + i];
        g += d;
        for (int j = 0; j < d; j++)
            for (int i = j + 1; i < d; i++) *g++ -= yx[i * d + j] - y[i] * mean[j];
    }
    return total;
}

int main(int argc, char** argv) {
    Options options(argc, argv);
    Problem problem(options.file);
    Mixture mixture(problem);
    Numbers gradient(problem.size()), scratch;
    double objective = 0;
    double function = median_seconds(options.seconds, [&] { objective = evaluate<false>(mixture, options.threads, nullptr, scratch); });
    double with_gradient = median_seconds(options.seconds, [&] { objective = evaluate<true>(mixture, options.threads, gradient.data(), scratch); });
    print(options, objective, gradient, function, with_gradient);
}
