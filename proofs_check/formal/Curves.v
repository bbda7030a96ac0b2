(** * Figure 3: both curves rise *)
Require Import Reals Lra.
From Coquelicot Require Import Coquelicot.
From KVRatio Require Import Fluid Endless Limits Figure3 Linear.
Open Scope R_scope.

Theorem figure_3_rises :
  (exists ratio : R -> R,
    (forall q, 0 < q < 1 -> exists A H : R, 0 < H /\ is_lim_seq (a_min 0 (geometric q) 1) A /\
      is_lim_seq (h_sf 0 (geometric q) 1) H /\ ratio q = A / H) /\
    (forall p q, 0 < p -> p < q -> q < 1 -> ratio p < ratio q)) /\
  (exists ratio : R -> R,
    (forall q, 0 < q < 1 -> exists A H : R, 0 < H /\ is_lim_seq (a_min 0 (linear q) 1) A /\
      is_lim_seq (h_sf 0 (linear q) 1) H /\ ratio q = A / H) /\
    (forall p q, 0 < p -> p < q -> q < 1 -> ratio p < ratio q)).
Proof.
  split.
  - exists ratio_at. split.
    + intros q Q. assert (P := Figure3.whole_pos q Q). exists (ratio_at q * Figure3.whole q), (Figure3.whole q).
      split; [assumption|]. split; [apply Figure3.a_min_whole, Q|]. split; [apply Figure3.h_sf_whole, Q|]. field. lra.
    + intros p q P H Q. apply Figure3.ratio_rises; lra.
  - exists (fun q => top q / bottom q). split.
    + intros q Q. destruct (printed q Q) as (A & H & P & LA & LH & E). exists A, H. auto.
    + intros p q P H Q. apply Linear.ratio_rises; lra.
Qed.
