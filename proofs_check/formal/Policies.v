(** * Schedules of policies on finite instances: the definitions to trust *)
Require Import ZArith List Bool.
From KVRatio Require Import Model.
Import ListNotations.
Open Scope Z_scope.

(** A policy without preemption that starts requests in the order of their numbers, all there at step
    0 (SVF, MC-SF): [t i] is the start of request i, [guess i] its assumed output. While all before j
    have started and j waits, j does not fit with those that run: at some step y the cache would
    overflow, were all to run to their assumed ends. *)
Definition in_order (M : Z) (rs : list request) (guess t : nat -> Z) : Prop :=
  (forall i, (i < length rs)%nat -> 0 <= t i) /\
  (forall i j, (i <= j < length rs)%nat -> t i <= t j) /\
  (forall x, total (length rs) (fun i => holds (pick rs i) (t i) (t i + output (pick rs i)) x) <= M) /\
  (forall j x, (j < length rs)%nat -> 0 <= x < t j -> (forall i, (i < j)%nat -> t i <= x) ->
     exists y, M < total j (fun i => if (t i <=? x) && (x <? t i + output (pick rs i))
                                     then holds (pick rs i) (t i) (t i + guess i) y else 0)
                   + holds (pick rs j) x (x + guess j) y).
Definition twice (r : request) : Z := output r * (2 * prompt r + output r + 1).  (* its volume, doubled *)

(** Preemption that keeps the tokens; all requests there at step 0. [steps]: who makes a token in each
    step, with prompt + tokens made + 1 in the cache; who is stopped holds nothing. A request has
    [made] so many tokens before step x; the latency counts the unfinished of every step. *)
Definition runs (steps : list (list nat)) (i x : nat) : bool := existsb (Nat.eqb i) (nth x steps []).
Definition made (steps : list (list nat)) (i x : nat) : Z :=
  total x (fun y => if runs steps i y then 1 else 0).
Definition keeps_tokens (M : Z) (rs : list request) (steps : list (list nat)) : Prop :=
  (forall x, (x < length steps)%nat -> total (length rs) (fun i =>
     if runs steps i x then prompt (pick rs i) + made steps i x + 1 else 0) <= M) /\
  (forall i, (i < length rs)%nat -> made steps i (length steps) = output (pick rs i)).
Definition kept_tel (rs : list request) (steps : list (list nat)) : Z :=
  total (length steps) (fun x =>
    total (length rs) (fun i => if made steps i x <? output (pick rs i) then 1 else 0)).

(** GSA of arXiv 2601.22996: requests of one prompt s and the outputs [waiting], all there at step 0,
    none known. A pipeline runs them for [len] steps each, the j-th from floor(j len/k) on, [peak] being
    what it needs. In the phase of slice t, from step [now] on, all get len = min(t, M - s) steps; those
    that are longer lose their tokens and wait for the phase of slice 2 t. [latency] adds up the
    completions. *)
Definition peak_of (s len k : Z) : Z := s * k + (len * k + len + k - Z.gcd len k) / 2.
Definition in_parallel (M s len k : Z) : Prop :=        (* k is the largest number whose peak fits *)
  1 <= k /\ (k = 1 \/ peak_of s len k <= M) /\ forall more, k < more -> M < peak_of s len more.
Fixpoint completions (len k now j : Z) (waiting : list Z) : Z :=
  match waiting with
  | [] => 0
  | o :: others => (if o <=? len then now + j * len / k + o else 0) + completions len k now (j + 1) others
  end.
Definition phase_ends (len k now : Z) (waiting : list Z) : Z := now + (Z.of_nat (length waiting) - 1) * len / k + len.
Inductive gsa (M s : Z) : Z -> Z -> list Z -> Z -> Prop :=
  | all_done t now : gsa M s t now [] 0
  | phase t now waiting k latency : waiting <> [] -> let len := Z.min t (M - s) in in_parallel M s len k ->
      gsa M s (2 * t) (phase_ends len k now waiting) (filter (Z.ltb len) waiting) latency ->
      gsa M s t now waiting (completions len k now 0 waiting + latency).
