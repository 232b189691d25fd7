"""Faults to plant, and the tests that must find them: see mutations.py."""

# name: (file in skrnn, what stands there once, the fault, files in tests)
FAULTS = {
    "rnn cell: sign of the derivative of tanh": (
        "cells/rnn.py",
        "np.subtract(h.dtype.type(1.0), out, out)",
        "np.subtract(out, h.dtype.type(1.0), out)",
        ["network/test_gradients.py", "network/test_input.py", "golden/test_golden.py"],
    ),
    "rnn cell: relu lets all gradients through": (
        "cells/rnn.py",
        'np.greater(h, 0.0, out, casting="unsafe")',
        "out[...] = 1.0",
        ["network/test_gradients.py"],
    ),
    "lstm cell: the output hands nothing to the cell state": (
        "cells/lstm.py",
        "                np.add(d_c, dc_from_h, d_c)\n",
        "",
        [
            "network/test_gradients.py",
            "inspection/test_saliency.py",
            "golden/test_golden.py",
        ],
    ),
    "lstm cell: derivative of the forget and input gates": (
        "cells/lstm.py",
        "        np.subtract(passed, factor_i_f, factor_i_f)\n",
        "",
        ["network/test_gradients.py", "network/test_input.py", "golden/test_ones.py"],
    ),
    "gru cell: one unit writes into its weights": (
        "cells/gru.py",
        "W_n = W[2 * H :, : d + 1].copy()",
        "W_n = np.ascontiguousarray(W[2 * H :, : d + 1])",
        ["estimators/test_ones.py"],
    ),
    "gru cell: no derivative of the reset gate": (
        "cells/gru.py",
        "        np.subtract(one, r, factor_r)\n",
        "",
        ["network/test_gradients.py", "network/test_input.py", "golden/test_ones.py"],
    ),
    "gru cell: the update gate keeps no gradient": (
        "cells/gru.py",
        "                np.add(d_hs, dh_through_z, d_hs)\n",
        "",
        [
            "network/test_gradients.py",
            "inspection/test_saliency.py",
            "golden/test_golden.py",
        ],
    ),
    "gru cell: update gate the other way round": (
        "cells/gru.py",
        "                np.subtract(h_before, n, diff)\n",
        "                np.subtract(n, h_before, diff)\n",
        [
            "cells/test_reference.py",
            "streaming/test_stream.py",
            "estimators/test_features.py",
            "golden/test_golden.py",
        ],
    ),
    "cell: the state is not carried over to the next stretch": (
        "cells/tape.py",
        "state[0] = left[-1, :, : block.size]",
        "state[0] = 0.0",
        [
            "cells/test_reference.py",
            "estimators/test_meaning.py",
            "estimators/test_features.py",
        ],
    ),
    "cell: gradients of sequences that end earlier are lost": (
        "cells/tape.py",
        "    wider[:, :, : flows.shape[2]] = flows\n",
        "",
        ["network/test_gradients.py", "network/test_input.py"],
    ),
    "layer: the reverse direction does not turn back": (
        "network/layer.py",
        "outs.append(one.in_order(out))",
        "outs.append(out)",
        [
            "network/test_layer.py",
            "estimators/test_features.py",
            "estimators/test_meaning.py",
            "golden/test_golden.py",
        ],
    ),
    "pooling: mean without the lengths": (
        "network/pooling.py",
        "total=d_pooled * scale)",
        "total=d_pooled)",
        [
            "network/test_pooling.py",
            "network/test_gradients.py",
            "golden/test_golden.py",
        ],
    ),
    "reductions: states of sequences that have ended count": (
        "cells/tape.py",
        "            np.copyto(h, reduction.neutral, where=ended)\n",
        "",
        ["cells/test_reductions.py", "cells/test_block.py", "golden/test_golden.py"],
    ),
    "reductions: the sum hands gradients to sequences that have ended": (
        "cells/tape.py",
        "np.copyto(values, 0.0, where=block.ended[:, np.newaxis])",
        "pass",
        [
            "cells/test_reductions.py",
            "cells/test_block.py",
            "network/test_gradients.py",
        ],
    ),
    "reductions: all states that are the largest of a block have the gradient": (
        "cells/reductions.py",
        "            there &= np.cumsum(there, axis=0, dtype=np.int32) == 1\n",
        "            pass\n",
        ["cells/test_reductions.py"],
    ),
    "reductions: the gradient goes to the last block with a largest state": (
        "cells/reductions.py",
        "where=largest > values",
        "where=largest >= values",
        ["cells/test_reductions.py"],
    ),
    "reductions: a reused tape keeps an older gradient": (
        "cells/tape.py",
        "            if d_values is None:\n                continue\n",
        "            if d_values is None:\n"
        "                found += [one for one in [self.reductions.get(name)]"
        " if one and one.d_values is not None]\n"
        "                continue\n",
        ["cells/test_reductions.py"],
    ),
    "pooling: concat forgets the mean": (
        "network/pooling.py",
        "d_last, d_mean * scale, d_max)",
        "d_last, None, d_max)",
        ["network/test_pooling.py", "network/test_gradients.py"],
    ),
    "head: gradient of the bias": (
        "network/head.py",
        '"b": d_scores.sum(axis=0)',
        '"b": d_scores.mean(axis=0)',
        ["network/test_gradients.py", "network/test_input.py", "golden/test_golden.py"],
    ),
    "reading: the mean is folded in unscaled": (
        "network/folding.py",
        "        W /= scale\n        b -= W @ mean\n",
        "        b -= W @ mean\n        W /= scale\n",
        [
            "network/test_input.py",
            "estimators/test_input_kept.py",
            "interop/test_torch.py",
        ],
    ),
    "reading: features are converted before they are scaled": (
        "network/input.py",
        "self._standardise(data.reshape(-1), out.reshape(-1))",
        "self._standardise(data.astype(out.dtype).reshape(-1), out.reshape(-1))",
        ["estimators/test_dtype.py", "network/test_input.py"],
    ),
    "held out: read in the type of the weights": (
        "fitting/validation_split.py",
        "rows, workers, X.dtype)",
        "rows, workers)",
        ["estimators/test_dtype.py"],
    ),
    "training: what resumes forgets the type of the weights": (
        "fitting/run.py",
        "choose_dtype(estimator, weights.dtype)",
        "choose_dtype(estimator)",
        ["estimators/test_dtype.py"],
    ),
    "training: wider weights go before the type that is asked for": (
        "parameters/auto.py",
        "return np.dtype(settings.dtype)",
        "return np.result_type(settings.dtype, *learnt)",
        ["estimators/test_dtype.py"],
    ),
    "torch: a state of float64 loses its digits": (
        "interop/torch.py",
        "choose_dtype(estimator, estimator.weights_.dtype, *kinds)",
        "choose_dtype(estimator, estimator.weights_.dtype)",
        ["estimators/test_dtype.py", "interop/test_torch.py"],
    ),
    "torch: the scale makes weights wider": (
        "interop/torch.py",
        "        if name not in folded\n    ]",
        "    ]",
        ["interop/test_torch.py"],
    ),
    "torch: what the scale is folded into loses its digits": (
        "interop/torch.py",
        "array if name in folded else array.astype(dtype, copy=False)",
        "array.astype(dtype, copy=False)",
        ["interop/test_torch.py"],
    ),
    "streams: in the type of the weights": (
        "streaming/stream.py",
        "float_type(np.float64 if dtype is None else dtype)",
        "float_type(estimator.weights_.dtype if dtype is None else dtype)",
        ["streaming/test_stream.py"],
    ),
    "reading: gradient of the input without the scale": (
        "network/input.py",
        "            d_x = d_x / self._by_type[d_x.dtype][1][: d_x.shape[1]]\n",
        "            pass\n",
        ["network/test_input.py", "inspection/test_saliency.py"],
    ),
    "scale: measured without weights": (
        "sequences/scaling.py",
        "_add_steps(moments, pack(samples, rows[at]), weight[rows[at]] / heaviest)",
        "_add_steps(moments, pack(samples, rows[at]), np.ones(len(at)))",
        ["sequences/test_scaling.py"],
    ),
    "scale: targets are not brought back": (
        "sequences/scaling.py",
        "return values * self.scale + self.mean",
        "return values * self.scale",
        [
            "estimators/test_regressors.py",
            "streaming/test_stream.py",
            "estimators/test_composition_of_regressors.py",
        ],
    ),
    "patches: rounded down": (
        "sequences/patches.py",
        "Lengths(-(-lengths.longest_first // size), lengths.order)",
        "Lengths(np.maximum(lengths.longest_first // size, 1), lengths.order)",
        [
            "sequences/test_patches.py",
            "estimators/test_input.py",
            "estimators/test_persistence.py",
        ],
    ),
    "ragged: scores stay in the order of the lengths": (
        "sequences/packed.py",
        "unsorted[self.lengths.order] = values",
        "unsorted[...] = values",
        ["sequences/test_packed.py", "network/test_network.py"],
    ),
    "ragged: what is reduced forgets the first segments": (
        "sequences/packed.py",
        "ufunc(result[:size], rows, out=result[:size])",
        "result[:size] = rows",
        ["sequences/test_packed.py", "network/test_new_blocks.py"],
    ),
    "chain: an input that learns gets no gradient": (
        "network/network.py",
        "is_lowest = name == lowest and",
        'is_lowest = name == "layer0" and',
        ["network/test_new_blocks.py"],
    ),
    "chain: gradients of a batch stay in the order in which they were given": (
        "network/network.py",
        'd_out = Sequences(None, tape["lengths"]).sort(d_out)',
        "pass",
        ["network/test_network.py", "network/test_chain.py"],
    ),
    "chain: the scores of states come in the order of the lengths": (
        "network/network.py",
        "return [flat[k] for k in order]",
        "return flat",
        ["network/test_new_blocks.py", "network/test_network.py"],
    ),
    "losses: labels are averaged": (
        "losses.py",
        "return values.sum(axis=1), d_scores",
        "return values.mean(axis=1), d_scores",
        ["test_losses.py"],
    ),
    "losses: gradient of several targets": (
        "losses.py",
        "error / scores.shape[1]",
        "error",
        ["test_losses.py", "network/test_gradients.py", "golden/test_golden.py"],
    ),
    "objective: the penalty has no gradient": (
        "training/objective.py",
        "        gradient += penalty_gradient\n",
        "",
        ["network/test_input.py", "estimators/test_estimators.py"],
    ),
    "training: diverged weights are kept": (
        "training/minibatch.py",
        "            state.weights = self._good.copy()\n",
        "            pass\n",
        ["training/test_minibatch.py"],
    ),
    "training: good weights are those of the start": (
        "training/minibatch.py",
        "self._good, self._unchecked = self._unchecked, None",
        "self._unchecked = None",
        ["training/test_minibatch.py"],
    ),
    "training: the last weights instead of the best": (
        "training/minibatch.py",
        (
            "        if state.best is not None:\n"
            "            state.weights = state.best\n"
            "        elif"
        ),
        "        if",
        ["training/test_minibatch.py", "fitting/test_validation_split.py"],
    ),
    "training: the best weights are overwritten": (
        "training/state.py",
        "self.best, self.best_score = self.weights.copy(), score",
        "self.best, self.best_score = self.weights, score",
        ["training/test_minibatch.py", "fitting/test_validation_split.py"],
    ),
    "training: patience begins anew with any fall": (
        "training/state.py",
        "improved = value < self.best - self.tol",
        "improved = value < self.best",
        ["training/test_stopping.py"],
    ),
    "training: shards count alike": (
        "training/objective.py",
        "            gradient *= len(rows) / n\n",
        "            gradient /= len(shards)\n",
        ["estimators/test_n_jobs.py", "training/test_lbfgs.py"],
    ),
    "training: L-BFGS gives back what it tried last": (
        "training/lbfgs.py",
        "before, state.weights, score = state.weights, result.x.copy(), None",
        "before, state.weights, score = state.weights, result.x, None",
        ["training/test_lbfgs.py"],
    ),
    "training: a search that stalls is said to converge": (
        "training/lbfgs.py",
        "2: Reason.STALLED",
        "2: Reason.CONVERGED",
        ["training/test_lbfgs.py", "fitting/test_lbfgs_warnings.py"],
    ),
    "training: copies keep one weight": (
        "fitting/problem.py",
        "np.bincount(group, weights=weight[counted])",
        "weight[rows]",
        ["estimators/test_meaning_of_training.py", "attacks/test_bit_equality.py"],
    ),
    "training: zeros of both signs are two numbers": (
        "fitting/problem.py",
        "np.add(samples[i], 0.0, dtype=np.float64)",
        "np.asarray(samples[i], np.float64)",
        ["attacks/test_bit_equality.py"],
    ),
    "training: sequences of two targets are merged": (
        "fitting/problem.py",
        "keys = [*halves.T, *y[rows].reshape(len(rows), -1).T]",
        "keys = [*halves.T]",
        ["fitting/test_duplicates.py"],
    ),
    "training: batches leave the last rows out": (
        "training/minibatch.py",
        "edges = [k * len(rows) // n_batches for k in range(n_batches + 1)]",
        "edges = [k * (len(rows) // n_batches) for k in range(n_batches + 1)]",
        ["training/test_batching.py"],
    ),
    "dropout: what stays is not scaled up": (
        "network/dropout.py",
        "np.multiply(stays, 1.0 / (1.0 - rate), dtype=dtype)",
        "stays.astype(dtype)",
        ["network/test_dropout.py"],
    ),
    "dropout: a seed is drawn where nothing is dropped": (
        "network/dropout.py",
        "        if rate == recurrent_rate == 0:\n            return cls()\n",
        "",
        ["network/test_dropout.py"],
    ),
    "dropout: all parts of a batch have the same noise": (
        "network/dropout.py",
        "rng=_generator(seed)) for seed in seeds]",
        "rng=_generator(seeds[0])) for seed in seeds]",
        ["network/test_dropout.py", "estimators/test_n_jobs.py"],
    ),
    "reading: what is left of the rows is scaled in the wrong order": (
        "network/input.py",
        "np.divide(y, divisor[:width], out=z)",
        "np.divide(y, divisor[-width:][::-1], out=z)",
        ["network/test_input.py", "estimators/test_input.py"],
    ),
    "reading: what is left of the rows is not scaled": (
        "network/input.py",
        "for part, width in ((slice(n), len(mean)), (slice(n, None), len(data) - n)):",
        "for part, width in ((slice(n), len(mean)),):",
        ["network/test_input.py", "estimators/test_input.py"],
    ),
    "sigmoids: the wrong factor before tanh": (
        "cells/sigmoids.py",
        "    factor = 0.5\n",
        "    factor = 1.0\n",
        ["cells/test_sigmoids.py"],
    ),
    "sigmoids: the wrong sign before exp": (
        "cells/sigmoids.py",
        "    factor = -1.0\n",
        "    factor = 1.0\n",
        ["cells/test_sigmoids.py"],
    ),
    "sigmoids: exp of the candidate": (
        "cells/sigmoids.py",
        "        np.tanh(tanh, tanh)\n",
        "        np.exp(tanh, tanh)\n",
        ["cells/test_sigmoids.py"],
    ),
    "sigmoids: cells warn of infinity on the way": (
        "cells/sigmoids.py",
        'np.errstate(over="ignore", under="ignore")',
        'np.errstate(over="warn", under="ignore")',
        ["cells/test_sigmoids.py"],
    ),
    "sigmoids: exp by a loop that nobody knows": (
        "cells/sigmoids.py",
        "is_known = by_exp and",
        "is_known =",
        ["cells/test_sigmoids.py"],
    ),
    "blocks: what has ended is packed": (
        "cells/block.py",
        "out[self.rows] = values.swapaxes(1, 2)[~self.ended]",
        (
            "n, width = self.rows.stop - self.rows.start, values.shape[1]\n"
            "            out[self.rows] = values.swapaxes(1, 2).reshape(-1, width)[:n]"
        ),
        ["cells/test_block.py", "cells/test_reference.py"],
    ),
    "blocks: rows are unpacked one step too late": (
        "cells/block.py",
        "np.cumsum(n_alive) - n_alive",
        "np.cumsum(n_alive)",
        ["cells/test_block.py", "cells/test_reference.py", "golden/test_golden.py"],
    ),
    "blocks: sequences end one step earlier": (
        "cells/block.py",
        "np.repeat(np.arange(self.n_steps)[::-1], counts[::-1])",
        "np.repeat(np.arange(self.n_steps)[::-1] - 1, counts[::-1])",
        ["cells/test_block.py", "cells/test_reductions.py", "golden/test_golden.py"],
    ),
    "blocks: columns end in the wrong order": (
        "cells/block.py",
        "np.repeat(np.arange(self.n_steps)[::-1], counts[::-1])",
        "np.repeat(np.arange(self.n_steps), counts)",
        ["cells/test_block.py", "cells/test_reductions.py", "golden/test_golden.py"],
    ),
    "reductions: sequences that end in a block are read as if they did not": (
        "cells/tape.py",
        "first, last = block.alive[0], block.alive[-2]",
        "first = last = block.alive[0]",
        ["cells/test_reductions.py", "cells/test_block.py"],
    ),
    "reductions: the first gradient is added to what was there": (
        "cells/tape.py",
        "is_first = d_out.data is None",
        "is_first = False",
        ["cells/test_reductions.py"],
    ),
    "reductions: each gradient is written over the one before": (
        "cells/tape.py",
        "                is_first = False\n",
        "",
        ["cells/test_reductions.py", "network/test_gradients.py"],
    ),
    "optimizers: gradients are clipped too little": (
        "optimizers/clipping.py",
        "gradient *= max_norm / norm",
        "gradient *= np.sqrt(max_norm / norm)",
        ["optimizers/test_clipping.py"],
    ),
    "optimizers: half a wave becomes a whole one": (
        "optimizers/schedules.py",
        "math.cos(math.pi * done)",
        "math.cos(2 * math.pi * done)",
        ["optimizers/test_schedules.py"],
    ),
    "optimizers: Adam does not correct its start": (
        "optimizers/stochastic.py",
        "unbias / (1 - self.beta_1**t)",
        "unbias",
        ["optimizers/test_optimizers.py"],
    ),
    "estimators: class weights are forgotten": (
        "estimators/base_classifier.py",
        "        if self.class_weight is None:\n",
        "        if True:\n",
        ["estimators/test_estimators.py"],
    ),
    "estimators: an interrupt is swallowed": (
        "estimators/base.py",
        "            raise interrupt\n",
        "            return\n",
        ["estimators/test_interrupts.py"],
    ),
    "held out: class weights do not count": (
        "fitting/validation_split.py",
        "own.weigh_classes(problem.class_weight)",
        "own",
        ["fitting/test_validation_split.py"],
    ),
    "estimators: partial_fit begins anew with its optimizer": (
        "fitting/run.py",
        "memory=earlier.get(name)",
        "memory=None",
        ["estimators/test_persistence.py", "estimators/test_estimators.py"],
    ),
    "estimators: published before training is over": (
        "estimators/base.py",
        "            solver = run.make_solver(workers, monitors)\n",
        (
            "            solver = run.make_solver(workers, monitors)\n"
            "            vars(self).update(run.problem.X.format.attributes, t_=0)\n"
        ),
        ["estimators/test_failures.py", "attacks/test_exceptions.py"],
    ),
    "estimators: the earlier layout is not looked at": (
        "validation/sequences.py",
        "if expected is not None and layout != expected.layout:",
        "if False:",
        ["validation/test_fitted_layout.py"],
    ),
    "estimators: some stated names of features are wrong": (
        "network/layer.py",
        '("forward_", "reverse_")',
        '("reverse_", "forward_")',
        ["estimators/test_features.py"],
    ),
    "estimators: float32 is answered in float64": (
        "validation/sequences.py",
        "np.dtype(np.float32 if single else np.float64)",
        "np.dtype(np.float64)",
        ["estimators/test_input.py", "estimators/test_persistence.py"],
    ),
    "auto: the patience of L-BFGS and the others": (
        "parameters/auto.py",
        "-(-n_epochs // PATIENCE)",
        "-(-2 * n_epochs // PATIENCE)",
        ["parameters/test_auto.py"],
    ),
    "held out: groups are parted": (
        "fitting/validation_split.py",
        "return np.isin(groups, best)",
        "return np.isin(groups, best) & (np.arange(len(groups)) % 7 > 0)",
        ["fitting/test_validation_split.py"],
    ),
    "notices: a loss that rose is not said": (
        "fitting/warnings.py",
        "if last - least <= max(RISE[0] * least, RISE[1]):",
        "if True:",
        ["fitting/test_warnings.py"],
    ),
    "estimators: a refit that was interrupted takes the place of the model": (
        "estimators/base.py",
        'if result.interrupt and hasattr(self, "weights_") and not run.resume:',
        "if False:",
        ["attacks/test_interrupts.py", "estimators/test_interrupts.py"],
    ),
    "estimators: published before the warnings, which may be errors": (
        "estimators/base.py",
        (
            "            warn(warnings, stacklevel=4)\n"
            "        if fitted is not None:\n"
            "            publish(self, fitted, run.network)\n"
        ),
        (
            "            publish(self, fitted, run.network)\n"
            "            warn(warnings, stacklevel=4)\n"
            "        elif fitted is not None:\n"
            "            publish(self, fitted, run.network)\n"
        ),
        ["attacks/test_warnings_and_callbacks.py"],
    ),
    "estimators: sample_weight is not read": (
        "estimators/base.py",
        "self._validate_data(X, y, sample_weight, classes, groups, expected)",
        "self._validate_data(X, y, None, classes, groups, expected)",
        ["estimators/test_stock_checks.py", "attacks/test_bit_equality.py"],
    ),
    "memory: a block is copied as a whole": (
        "validation/sequences.py",
        "    return X, _computing_type([X])\n",
        "    return X.copy(), _computing_type([X])\n",
        ["estimators/test_memory.py", "clusters/test_memory_maps.py"],
    ),
    "memory: a list is copied as a whole": (
        "validation/sequences.py",
        "        samples.append(sequence)\n",
        "        samples.append(sequence.copy())\n",
        ["estimators/test_memory.py"],
    ),
    "values: nobody looks for what is not finite": (
        "validation/values.py",
        "        if not _all_finite(part, gaps):\n",
        "        if False:\n",
        ["validation/test_sequences.py", "attacks/test_fuzz.py"],
    ),
    "shards: as many as there are workers": (
        "training/objective.py",
        "n_shards = max(1, len(rows) // self.objective.sequences_per_shard)",
        "n_shards = min(self.workers.n_workers, len(rows))",
        ["estimators/test_n_jobs.py", "attacks/test_threads.py"],
    ),
    "torch: the second bias is lost": (
        "interop/torch.py",
        'b[rows] = state[f"bias_ih_{suffix}"] + second',
        'b[rows] = state[f"bias_ih_{suffix}"]',
        ["golden/test_golden.py", "golden/test_ones.py"],
    ),
    "torch: gates stay in our order": (
        "interop/torch.py",
        "first = [cell.gates.index(gate) * H for gate in TORCH_GATES[type(cell)]]",
        "first = [k * H for k in range(len(cell.gates))]",
        ["golden/test_golden.py", "interop/test_onnx.py"],
    ),
    "saliency: the way is twice as long": (
        "inspection/methods.py",
        "way.dtype.type(0.5 * weight)",
        "way.dtype.type(weight)",
        ["inspection/test_integrated_gradients.py"],
    ),
    "importance: all features are exchanged with one": (
        "inspection/exchange.py",
        "x[first[i] : last[i], part.features] = given[:, part.features]",
        "x[first[i] : last[i]] = given",
        ["inspection/test_exchange.py"],
    ),
    "token encoder: unknown tokens get the first code": (
        "preprocessing/token_encoder.py",
        "code_of(token, UNKNOWN) for",
        "code_of(token, 1) for",
        ["preprocessing/test_token_encoder.py"],
    ),
    "vocabulary: rare tokens are kept": (
        "preprocessing/vocabulary.py",
        "if count >= least",
        "if count",
        ["preprocessing/test_token_encoder.py"],
    ),
    "rows: the first step of a sequence counts the time since the one before": (
        "preprocessing/rows.py",
        "        past[self.starts] = 0\n",
        "",
        ["preprocessing/test_frame_options.py"],
    ),
    "frame columns: what is computed stands in the order of the frame": (
        "preprocessing/columns.py",
        "frame.select(features)[rows.order].with_columns",
        "frame.select(features).with_columns",
        ["preprocessing/test_frame_options.py", "preprocessing/test_frames.py"],
    ),
    "frame to sequences: a label among the features is not seen": (
        "preprocessing/frame_to_sequences.py",
        "            _check_no_target(frame, rows, features, y)\n",
        "            pass\n",
        ["preprocessing/test_frame_to_sequences.py"],
    ),
    "windows: labelled by their first steps": (
        "preprocessing/windows.py",
        "y[starts + length - 1 + horizon]",
        "y[starts + horizon]",
        ["preprocessing/test_windows.py"],
    ),
    "padding: the last step is cut": (
        "preprocessing/padding.py",
        "return n_steps - np.argmin(padding[:, ::-1], axis=1)",
        "return n_steps - np.argmin(padding[:, ::-1], axis=1) - 1",
        ["preprocessing/test_padding.py"],
    ),
    "streams: a patch that is not full moves the state": (
        "network/stepper.py",
        "            _go_back(after, memory, within < size - 1)\n",
        "",
        ["network/test_stepper.py", "streaming/test_stream.py"],
    ),
    "streams: the mean forgets": (
        "network/pooling.py",
        'total = memory["sum"] + h',
        'total = 0.999 * memory["sum"] + h',
        ["streaming/test_stream.py"],
    ),
    "streams: sure for as long as it takes, of any class": (
        "streaming/rule.py",
        "np.where(labels == before, runs, 0) + 1",
        "runs + 1",
        ["streaming/test_early.py"],
    ),
    "onnx: the largest of all is never below zero": (
        "interop/onnx/network.py",
        "lengths, -np.inf)",
        "lengths, 0.0)",
        ["interop/test_onnx.py"],
    ),
    "convolution: the patch before is that of another sequence": (
        "sequences/packed.py",
        "return np.arange(n, n_rows) - np.repeat(sizes[:-1], sizes[1:])",
        "return np.arange(n, n_rows) - n",
        ["sequences/test_packed.py", "network/test_convolution.py"],
    ),
    "convolution: the patch before has no gradient": (
        "network/convolution.py",
        "d_from_before[before] = d_y[x.n_sequences :]",
        "d_from_before[before] = 0.0",
        ["network/test_convolution.py"],
    ),
    "convolution: each of the largest values has all of the gradient": (
        "network/convolution.py",
        "out.broadcast(d_max / n_largest)",
        "out.broadcast(d_max)",
        ["network/test_convolution.py"],
    ),
    "convolution: what filters leave out has a gradient": (
        "network/convolution.py",
        "        d_y *= out.data > 0\n",
        "",
        ["network/test_convolution.py"],
    ),
    "convolution: what came from below does not pass by": (
        "network/convolution.py",
        "return Sequences(d_x, x.lengths, beside=d_beside), grads",
        "return Sequences(d_x, x.lengths, beside=0 * d_beside), grads",
        ["network/test_convolution.py", "network/test_own_scale.py"],
    ),
    "own scale: its deviation does not move with the steps": (
        "network/own_scale.py",
        "d_x = d_z - d.broadcast(mean) - z * d.broadcast(along)",
        "d_x = d_z - d.broadcast(mean)",
        ["network/test_own_scale.py"],
    ),
    "own scale: what is constant is divided by rounding": (
        "network/own_scale.py",
        "deviation[deviation <= ROUNDING * np.finfo(dtype).eps] = np.inf",
        "deviation[deviation <= 0] = np.inf",
        ["network/test_own_scale.py"],
    ),
    "own scale: squares overflow": (
        "network/own_scale.py",
        "    unit = np.maximum(unit, np.finfo(dtype).tiny)\n",
        "    unit = np.ones_like(unit)\n",
        ["network/test_own_scale.py"],
    ),
    "last steps: the oldest first": (
        "network/last_steps.py",
        "- 1 - np.arange(n_steps)",
        "- 1 - np.arange(n_steps)[::-1]",
        ["network/test_last_steps.py", "interop/test_torch_reference.py"],
    ),
    "last steps: their gradient takes the place of that of the layers": (
        "network/last_steps.py",
        "d_x[rows[exists]] += d_last[exists]",
        "d_x[rows[exists]] = d_last[exists]",
        ["network/test_last_steps.py"],
    ),
    "layer: nothing passes by": (
        "network/layer.py",
        "return replace(side_by_side(outs), beside=x.beside), tapes",
        "return side_by_side(outs), tapes",
        ["network/test_convolution.py"],
    ),
    "pooling: what passes by has no gradient": (
        "network/pooling.py",
        "replace(d_x, beside=d_out[:, n:])",
        "replace(d_x, beside=0 * d_out[:, n:])",
        ["network/test_pooling.py", "network/test_convolution.py"],
    ),
    "folding: the patch before has no mean": (
        "network/folding.py",
        '(own["W_before"], own["b"])]',
        '(own["W_before"], own["b"].copy())]',
        ["interop/test_torch_reference.py"],
    ),
    "folding: the head reads scaled steps": (
        "network/folding.py",
        "    if network.input.linear_steps:\n",
        "    if False:\n",
        ["interop/test_torch_reference.py"],
    ),
    "torch: the scale in the filters makes weights wider": (
        "interop/torch.py",
        "    if network.convolution:\n",
        "    if False:\n",
        ["interop/test_torch_reference.py"],
    ),
    "loss: the other class loses what a smoothed label has": (
        "losses.py",
        "values -= 0.5 * smoothing * wrong",
        "values += 0.5 * smoothing * wrong",
        ["test_losses.py"],
    ),
    "loss: a smoothed label is given to the others alone": (
        "losses.py",
        "d_scores -= self.smoothing / scores.shape[1]",
        "d_scores -= self.smoothing / (scores.shape[1] - 1)",
        ["test_losses.py"],
    ),
    "objective: what is fixed has a gradient": (
        "training/objective.py",
        """        gradient += penalty_gradient
        if self.fixed is not None:
            gradient[self.fixed] = 0.0
""",
        "        gradient += penalty_gradient\n",
        ["training/test_objective.py"],
    ),
    "objective: what is fixed has a penalty": (
        "training/objective.py",
        """        gradient[self.network.biases] = 0.0
        if self.fixed is not None:
            gradient[self.fixed] = 0.0
""",
        "        gradient[self.network.biases] = 0.0\n",
        ["training/test_objective.py"],
    ),
    "streams: the patch before is the first": (
        "network/convolution.py",
        '"from_before": x @ params["W_before"].T,',
        '"from_before": memory["from_before"],',
        ["network/test_stepper.py"],
    ),
    "streams: the latest steps wait for a patch": (
        "network/stepper.py",
        """        if latest is not None:
            after["latest"] = latest
        return scores, after
""",
        """        if latest is not None:
            after["latest"] = latest
            _go_back(after, memory, steps % size < size - 1)
        return scores, after
""",
        ["network/test_stepper.py"],
    ),
    "onnx: the patch after is read with each": (
        "interop/onnx/network.py",
        'before = graph.add("Concat", nothing, others, axis=1)',
        'before = graph.add("Concat", others, nothing, axis=1)',
        ["interop/test_onnx.py"],
    ),
    "onnx: padding counts for the own scale": (
        "interop/onnx/network.py",
        "x, kind = _without_padding(graph, x, lengths, 0.0), np.finfo(COMPUTED)",
        "kind = np.finfo(COMPUTED)",
        ["interop/test_onnx.py"],
    ),
    "gaps: what was seen in the sequence before": (
        "network/gaps.py",
        "np.where(seen >= first[:, np.newaxis], row_at[seen], -1)",
        "np.where(seen >= 0, row_at[seen], -1)",
        ["network/test_gaps.py"],
    ),
    "gaps: the gradient stays where a value is missing": (
        "network/gaps.py",
        "        d_x[:, self.columns] = d_seen.reshape(n, n_columns)\n",
        "",
        ["network/test_gaps.py", "estimators/test_missing_values.py"],
    ),
    "gaps: streams count from the last gap": (
        "network/gaps.py",
        'np.where(is_missing, memory["gaps.since"] + 1, 0)',
        "np.where(is_missing, 1, 0)",
        ["network/test_gaps.py"],
    ),
    "gaps: the gradient does not fade": (
        "network/gaps.py",
        "d_x[:, self.columns] * left_after(since, self.memory, d.dtype)",
        "d_x[:, self.columns]",
        ["network/test_gaps.py", "estimators/test_missing_values.py"],
    ),
    "gaps: streams do not fade": (
        "network/gaps.py",
        "filled = fade(value, since, self.first(x.dtype), self.memory)",
        "filled = value",
        ["network/test_gaps.py", "estimators/test_missing_values.py"],
    ),
    "gaps: baselines do not fade": (
        "inspection/baselines.py",
        "return fade(carry(x.data, last, first), since, first, self.memory)",
        "return carry(x.data, last, first)",
        ["estimators/test_missing_values.py"],
    ),
    "gaps: the memory counts values that are missing": (
        "fitting/memory.py",
        "first**2 * are_seen",
        "first**2",
        ["fitting/test_memory.py"],
    ),
    "onnx: what is missing does not fade": (
        "interop/onnx/front.py",
        "filled = _write_fading(graph, gaps, carried, since)",
        "filled = carried",
        ["interop/test_onnx_front.py"],
    ),
    "gaps: NaN of other bits are other values": (
        "fitting/problem.py",
        "        values[np.isnan(values)] = np.nan\n",
        "        pass\n",
        ["estimators/test_missing_values.py"],
    ),
    "gaps: the scale counts what is missing": (
        "sequences/scaling.py",
        "total = np.maximum(weight @ ~is_missing, SMALLEST)",
        "total = weight.sum()",
        ["estimators/test_missing_values.py"],
    ),
    "facts: their scale is that of steps": (
        "fitting/problem.py",
        "        mean[static], scale[static] = facts.mean, facts.scale\n",
        "",
        ["estimators/test_static_features.py"],
    ),
    "facts: their gradient has no scale": (
        "network/facts.py",
        "            d_facts = d_facts / self.scale.astype(d_facts.dtype)\n",
        "            pass\n",
        ["network/test_facts.py"],
    ),
    "facts: they are not folded": (
        "network/folding.py",
        'if "facts" in network.front:',
        "if False:",
        ["network/test_facts.py", "estimators/test_static_features.py"],
    ),
}
