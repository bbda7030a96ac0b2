(** * The non-preemptive policies by their definitions, run inside Coq (greedy.py)

    At every step the longest feasible prefix of the queue starts; feasible is what keeps equation
    (3) of the paper: with every request running to its assumed length, the cache stays within M at
    every assumed completion. With the true lengths this is H-SF, with the upper ends A_max. *)
Require Import ZArith List Bool Arith Lia Reals Lra.
From KVRatio Require Import Model Totals Cuts Certificates.
Import ListNotations.
Open Scope Z_scope.

Section Greedy.
Variables (M : Z) (rs : list request) (assumed : list Z).   (* in the order of the queue *)
Local Notation guess i := (nth i assumed 1).
Definition held (running : list (nat * Z)) (x : Z) : Z :=
  fold_right Z.add 0 (map (fun p => holds (pick rs (fst p)) (snd p) (snd p + guess (fst p)) x) running).
Definition feasible (running : list (nat * Z)) : bool :=
  forallb (fun p => held running (snd p + guess (fst p) - 1) <=? M) running.
(** start a prefix of the queue now: what runs afterwards, what is left, what has started *)
Fixpoint take (now : Z) (queue : list nat) (running : list (nat * Z)) : list (nat * Z) * list nat :=
  match queue with
  | [] => (running, [])
  | i :: more => if feasible ((i, now) :: running) then take now more ((i, now) :: running) else (running, queue)
  end.
Fixpoint greedy (steps : nat) (now : Z) (queue : list nat) (running : list (nat * Z)) : list (nat * Z) :=
  match steps with
  | O => []
  | S k =>
      let running := filter (fun p => now <? snd p + output (pick rs (fst p))) running in
      let (after, left) := take now queue running in
      filter (fun p => snd p =? now) after ++ greedy k (now + 1) left after
  end.
(** all requests arrive at 0 and are numbered in the order of the queue *)
Definition starts (steps : nat) : list run :=
  let s := greedy steps 0 (seq 0 (length rs)) [] in
  map (fun i => Run [] (fold_right Z.add 0 (map snd (filter (fun p => Nat.eqb (fst p) i) s)))) (seq 0 (length rs)).
End Greedy.

(** ** Example 1: M = 10, five outputs of 1 token with a prompt of 1, predicted in [1, 4] *)
Definition five : list request := [Req 1 1 0; Req 1 1 0; Req 1 1 0; Req 1 1 0; Req 1 1 0].
Theorem example_1 :
  valid 10 five (run_of (starts 10 five [1; 1; 1; 1; 1] 5)) /\
  valid 10 five (run_of (starts 10 five [4; 4; 4; 4; 4] 5)) /\
  tel five (run_of (starts 10 five [1; 1; 1; 1; 1] 5)) = 5 /\
  tel five (run_of (starts 10 five [4; 4; 4; 4; 4] 5)) = 9.
Proof.
  assert (ok : sane five) by (apply sane_ok; vm_compute; reflexivity).
  split; [apply (valid_ok 10 five _ ok); vm_compute; reflexivity|].
  split; [apply (valid_ok 10 five _ ok); vm_compute; reflexivity|].
  split; vm_compute; reflexivity.
Qed.

(** ** H-SF is not optimal: M = 4, outputs 2, 2, 3, 3: 16 against 15 *)
Definition four : list request := [Req 0 2 0; Req 0 2 0; Req 0 3 0; Req 0 3 0].
Theorem h_sf_beaten : exists M rs steps,
  let h_sf := run_of (starts M rs (map output rs) steps) in
  valid M rs h_sf /\ exists sch, valid M rs sch /\ tel rs sch < tel rs h_sf.
Proof.
  exists 4, four, 8%nat. assert (ok : sane four) by (apply sane_ok; vm_compute; reflexivity). split.
  - apply (valid_ok 4 four _ ok). vm_compute. reflexivity.
  - exists (run_of [Run [] 0; Run [] 1; Run [] 1; Run [] 3]). split; [|vm_compute; reflexivity].
    apply (valid_ok 4 four _ ok). vm_compute. reflexivity.
Qed.

(** ** MC-SF on an instance of model 1: M = 40, 60 equal requests of 9 tokens, prompt 1

    It starts four at once every 9 steps, 4320 in all; six at a time, at different ages, fit as well:
    the starts floor(9 j / 6). *)
Definition sixty : list request := repeat (Req 1 9 0) 60.
Definition six_at_a_time : list run := map (fun j => Run [] (Z.of_nat (9 * j / 6))) (seq 0 60).
Lemma mc_sf_numbers :
  (valid 40 sixty (run_of (starts 40 sixty (map output sixty) 130)) /\ valid 40 sixty (run_of six_at_a_time) /\
   500 * tel sixty (run_of (starts 40 sixty (map output sixty) 130)) > 537 * tel sixty (run_of six_at_a_time)).
Proof.
  assert (ok : sane sixty) by (apply sane_ok; vm_compute; reflexivity).
  split; [apply (valid_ok 40 sixty _ ok); vm_compute; reflexivity|].
  split; [apply (valid_ok 40 sixty _ ok); vm_compute; reflexivity | vm_compute; reflexivity].
Qed.

Theorem mc_sf_worse : exists M rs steps,
  30 <= M <= 50 /\ (40 <= length rs <= 60)%nat /\
  Forall (fun r => 1 <= prompt r <= 5 /\ 1 <= output r <= M - prompt r /\ arrival r = 0) rs /\
  let mc_sf := run_of (starts M rs (map output rs) steps) in
  valid M rs mc_sf /\ exists sch, valid M rs sch /\ (537 / 500 * IZR (tel rs sch) < IZR (tel rs mc_sf))%R.
Proof.
  exists 40, sixty, 130%nat. split; [lia|]. split; [cbn; lia|]. split.
  - apply Forall_forall. intros r H. apply repeat_spec in H. subst r. cbn. lia.
  - destruct mc_sf_numbers as (A & B & C). split; [exact A|]. exists (run_of six_at_a_time). split; [exact B|].
    apply Z.gt_lt, IZR_lt in C. rewrite !mult_IZR in C. lra.
Qed.
