// The loss of a recurrent network and its gradient, by hand: forward through the sequence keeping what the way back needs, then back.
// All is elementwise of a small width, so every loop is over the width and becomes vector code. One thread: each step needs the one before.
#include "bench.hpp"

struct Problem {
    int layers, length, width;
    Numbers main, extra, state, sequence;
    explicit Problem(const char* path) {
        Reader file(path);
        layers = file.whole(), length = file.whole(), width = file.whole();
        main = file.next((size_t)layers * 8 * width), extra = file.next(3 * (size_t)width), state = file.next((size_t)layers * 2 * width);
        sequence = file.next((size_t)length * width);
    }
};

// What a layer keeps of one step, width numbers each. The input is the layer's below (or x·w_in); hidden and cell before the step are the step's before.
enum Kept { Input, Forget, Enter, Leave, Change, Cell, TanhCell, Hidden, Count };

struct Network {
    const Problem& p;
    const int b, L, steps;
    Numbers kept;          // (step + 1) × layer × Count × width; entry 0 holds the start's hidden and cell
    Numbers predictions;   // step × width
    Numbers normalizers;   // step: 2 + Σ exp y

    explicit Network(const Problem& problem)
        : p(problem), b(p.width), L(p.layers), steps(p.length - 1), kept((size_t)p.length * L * Count * b), predictions((size_t)steps * b), normalizers(steps) {
        for (int layer = 0; layer < L; layer++) {
            std::memcpy(at(0, layer, Hidden), &p.state[(size_t)(2 * layer) * b], b * sizeof(double));
            std::memcpy(at(0, layer, Cell), &p.state[(size_t)(2 * layer + 1) * b], b * sizeof(double));
        }
    }
    double* at(int step, int layer, int what) { return &kept[(((size_t)step * L + layer) * Count + what) * b]; }

    double forward() {
        const double *w_in = &p.extra[0], *w_out = w_in + b, *b_out = w_out + b;
        double loss = 0;
        for (int t = 0; t < steps; t++) {
            const double* x = &p.sequence[(size_t)t * b];
            double* first = at(t + 1, 0, Input);
            for (int i = 0; i < b; i++) first[i] = x[i] * w_in[i];
            for (int layer = 0; layer < L; layer++) {
                const double *w = &p.main[(size_t)layer * 8 * b], *c = w + 4 * b, *hidden = at(t, layer, Hidden), *cell = at(t, layer, Cell);
                double* __restrict k = at(t + 1, layer, 0);
                double* __restrict above = layer + 1 < L ? at(t + 1, layer + 1, Input) : &predictions[(size_t)t * b];
                for (int i = 0; i < b; i++) {
                    double in = k[Input * b + i];
                    double f = 1 / (1 + std::exp(-(in * w[i] + c[i]))), e = 1 / (1 + std::exp(-(hidden[i] * w[b + i] + c[b + i])));
                    double o = 1 / (1 + std::exp(-(in * w[2 * b + i] + c[2 * b + i]))), g = std::tanh(hidden[i] * w[3 * b + i] + c[3 * b + i]);
                    double s = cell[i] * f + e * g, ts = std::tanh(s);
                    k[Forget * b + i] = f, k[Enter * b + i] = e, k[Leave * b + i] = o, k[Change * b + i] = g;
                    k[Cell * b + i] = s, k[TanhCell * b + i] = ts, k[Hidden * b + i] = o * ts;
                    above[i] = o * ts;
                }
            }
            double* __restrict y = &predictions[(size_t)t * b];
            const double* next = x + b;
            double sum = 2, chosen = 0, ones = 0;
            for (int i = 0; i < b; i++) {
                y[i] = y[i] * w_out[i] + b_out[i];
                sum += std::exp(y[i]);
                chosen += next[i] * y[i];
                ones += next[i];
            }
            normalizers[t] = sum;
            loss += chosen - ones * std::log(sum);
        }
        return -loss / ((double)steps * b);
    }

    // The gradient, main parameters first; what forward() kept is read.
    void backward(double* gradient) {
        std::fill(gradient, gradient + p.main.size() + p.extra.size(), 0);
        const double *w_out = &p.extra[b];
        double *dextra = gradient + p.main.size(), scale = -1.0 / ((double)steps * b);
        Numbers dhidden((size_t)L * b), dcell((size_t)L * b), dx_(b);   // of what a step hands to the next; of what a layer hands to the one above
        double* __restrict dx = dx_.data();
        for (int t = steps - 1; t >= 0; t--) {
            const double *x = &p.sequence[(size_t)t * b], *next = x + b, *y = &predictions[(size_t)t * b], *top = at(t + 1, L - 1, Hidden);
            double ones = 0;
            for (int i = 0; i < b; i++) ones += next[i];
            double per = ones / normalizers[t];
            for (int i = 0; i < b; i++) {
                double dy = scale * (next[i] - per * std::exp(y[i]));
                dextra[b + i] += dy * top[i];
                dextra[2 * b + i] += dy;
                dx[i] = dy * w_out[i];
            }
            for (int layer = L - 1; layer >= 0; layer--) {
                const double *w = &p.main[(size_t)layer * 8 * b], *hidden = at(t, layer, Hidden), *cell = at(t, layer, Cell), *k = at(t + 1, layer, 0);
                double* __restrict dw = gradient + (size_t)layer * 8 * b;
                double* __restrict dh = &dhidden[(size_t)layer * b];
                double* __restrict ds = &dcell[(size_t)layer * b];
                for (int i = 0; i < b; i++) {
                    double in = k[Input * b + i], f = k[Forget * b + i], e = k[Enter * b + i], o = k[Leave * b + i], g = k[Change * b + i], ts = k[TanhCell * b + i];
                    double h = dx[i] + dh[i];
                    double s = ds[i] + h * o * (1 - ts * ts);
                    double df = s * cell[i] * f * (1 - f), de = s * g * e * (1 - e), dO = h * ts * o * (1 - o), dg = s * e * (1 - g * g);
                    dw[i] += df * in, dw[b + i] += de * hidden[i], dw[2 * b + i] += dO * in, dw[3 * b + i] += dg * hidden[i];
                    dw[4 * b + i] += df, dw[5 * b + i] += de, dw[6 * b + i] += dO, dw[7 * b + i] += dg;
                    ds[i] = s * f;
                    dh[i] = de * w[b + i] + dg * w[3 * b + i];
                    dx[i] = df * w[i] + dO * w[2 * b + i];
                }
            }
            for (int i = 0; i < b; i++) dextra[i] += dx[i] * x[i];
        }
    }
};

int main(int argc, char** argv) {
    Options options(argc, argv);
    options.threads = 1;
    Problem problem(options.file);
    Network network(problem);
    Numbers gradient(problem.main.size() + problem.extra.size());
    double objective = 0;
    double function = median_seconds(options.seconds, [&] { objective = network.forward(); });
    double with_gradient = median_seconds(options.seconds, [&] { objective = network.forward(); network.backward(gradient.data()); });
    print(options, objective, gradient, function, with_gradient);
}
