/* The commit protocol (src/ledger/commit.rs, publish.rs, settle.rs), for the model checker spin: tests/interop/model.sh runs it.
 *
 * Two writers append batches to one store. Each may be killed between any two steps, and comes again with another batch; the
 * power may go, which kills both and takes back whatever had a name but was not synced; a step may fail; a swap may end
 * unclear: it has happened, happens later while others go on, or never does.
 *
 * What it assumes of a store (src/store/mod.rs, tests/it/store.rs): a put or a swap that returns is durable; a compare-and-swap
 * is atomic among writers, but visible before it is durable; objects do not change; no head is ever written twice (its
 * nonce). The writers' lock is NOT assumed. What it leaves out: the bytes (a batch, its bundles and its tiles are one number, a
 * checkpoint is the number of the last batch under it), erasure, the memory of checkpoints, writers that lie.
 *
 * What it shows, for every order of steps within the bounds below:
 *   kept       an acknowledged batch is in the ledger, also after the power went, and published at the end;
 *   once       no content is recorded twice, whatever the answers were;
 *   one        all checkpoints ever signed lie on one history, and no path gets two contents;
 *   covered    a checkpoint never stands before all tiles under it, and only ever moves to a larger tree;
 *   finished   whoever comes next can finish what the head names: there is no state from which opening fails.
 */
#define BATCHES 3       /* that may ever be staged, lost ones and retries included; at most 4 */
#ifndef FAULTS          /* bounds: failed or unclear answers, kills of one writer, cuts of the power */
#define FAULTS 1
#endif
#ifndef KILLS
#define KILLS 1
#endif
#ifndef CUTS
#define CUTS 1
#endif
mtype = { NONE, OK, CONFLICT, FAILED, UNCLEAR, OVERTAKEN, LOST, BELOW };

byte base[BATCHES + 1], depth[BATCHES + 1], owner[BATCHES + 1], used;   /* batch 0 is the empty ledger */
bool staged[BATCHES + 1], flying[BATCHES + 1];                          /* flying: a swap of the head that may still land */
byte tile[BATCHES + 1], sealed[BATCHES + 1];    /* by depth: whose bundles and tiles stand there; who was signed there */
byte head, headD, ckpt, ckptD;                  /* the cells as everybody sees them, and as a power cut leaves them */
byte lateFrom[2], lateTo[2];                    /* a swap of the checkpoint that may still land, by writer */
bool kill[3], acked[5];
byte faults = FAULTS, kills = KILLS, cuts = CUTS;

#define IN(b, h)   (b == h || b == base[h] || b == base[base[h]] || b == base[base[base[h]]])
#define SAME(b, a) (a != 0 && owner[a] == owner[b])
#define TWICE(b)   (SAME(b, base[b]) || SAME(b, base[base[b]]) || SAME(b, base[base[base[b]]]))
#define HAS(c, h)  (owner[h] == c || owner[base[h]] == c || owner[base[base[h]]] == c || owner[base[base[base[h]]]] == c)
#define KEPT(c, h) (!acked[c] || HAS(c, h))
#define ALL_KEPT(h) (KEPT(1, h) && KEPT(2, h) && KEPT(3, h) && KEPT(4, h))
#define STANDS(b)  (b == 0 || tile[depth[b]] == b)
#define COVERED(b) (STANDS(b) && STANDS(base[b]) && STANDS(base[base[b]]) && STANDS(base[base[base[b]]]))

inline set_head(new) { head = new; assert(!TWICE(new)) }                                            /* once */
inline set_ckpt(new) { assert(depth[new] >= depth[ckpt]); ckpt = new; assert(COVERED(new)) }        /* covered */
inline sign(b)       { atomic { assert(sealed[depth[b]] == 0 || sealed[depth[b]] == b); sealed[depth[b]] = b } }  /* one */
inline tidy(b) {
  d_step { for (i : 1 .. BATCHES) { if :: staged[i] && depth[base[i]] < depth[b] -> staged[i] = false :: else fi } i = 0 }
}

/* Cell::Head from old to new. Named first, synced then: whoever reads between sees what a power cut may take back. */
#ifdef BLIND_SWAP
#define MAY_SWAP(old) true
#else
#define MAY_SWAP(old) head == old
#endif
inline swap_head(old, new) {
  if
  :: atomic { MAY_SWAP(old) -> set_head(new) };
     if :: atomic { headD = head; rc = OK } :: atomic { faults > 0 -> faults--; rc = UNCLEAR } fi
  :: atomic { !(MAY_SWAP(old)) -> found = head; rc = CONFLICT }
  :: atomic { faults > 0 -> faults--; rc = FAILED }
  :: atomic { faults > 0 && old != new -> faults--; flying[new] = true; rc = UNCLEAR }
  fi
}
inline swap_ckpt(old, new) {
  if
  :: atomic { ckpt == old -> set_ckpt(new) };
     if :: atomic { ckptD = ckpt; rc = OK } :: atomic { faults > 0 -> faults--; rc = UNCLEAR } fi
  :: atomic { ckpt != old -> found = ckpt; rc = CONFLICT }
  :: atomic { faults > 0 -> faults--; rc = FAILED }
  :: atomic { faults > 0 && old != new -> faults--; lateFrom[w] = old; lateTo[w] = new; rc = UNCLEAR }
  fi
}

/* Bundles and tiles: the same bytes whoever writes them; after a failure they stand or not. */
inline put_tiles(b) {
  if
  :: atomic { assert(tile[depth[b]] == 0 || tile[depth[b]] == b); tile[depth[b]] = b; rc = OK }           /* one */
  :: atomic { faults > 0 -> faults--; rc = FAILED; if :: tile[depth[b]] = b :: skip fi }
  fi
}

/* Committer::publish: b's head stands. OK: its checkpoint stands; OVERTAKEN: a larger one does. */
inline publish(b) {
  atomic { f = ckpt; sign(b) };
  if
  :: atomic { depth[f] >= depth[b] -> assert(IN(b, f)); rc = OVERTAKEN }
  :: else ->
#ifdef CHECKPOINT_FIRST
     rc = OK;
#else
     put_tiles(b);
#endif
     do
     :: rc == FAILED || rc == OVERTAKEN -> break
     :: rc != FAILED && rc != OVERTAKEN && depth[f] > depth[b] ->
#ifndef OVERTAKEN_TIDIES
        swap_ckpt(f, f);                /* somebody else's: it may have its name and no more */
        if :: rc == OK -> tidy(f) :: else fi;
#else
        tidy(f);
#endif
        rc = OVERTAKEN
     :: rc != FAILED && rc != OVERTAKEN && depth[f] <= depth[b] ->
        assert(depth[f] < depth[b] || f == b);                                                              /* one */
        swap_ckpt(f, b);
        if
        :: rc == OK -> tidy(b); break
        :: rc == CONFLICT -> f = found
        :: rc == UNCLEAR -> f = ckpt
        :: else
        fi
     od;
#ifdef CHECKPOINT_FIRST
     if :: rc == OK -> put_tiles(b) :: else fi;
#endif
  fi
}

/* Committer::catch_up, also the whole of opening. OK: h is the head, and published. FAILED: the disk did. */
inline catch_up() {
  do
  :: h = head; c = ckpt;                        /* two reads: others may come between */
     if
     :: atomic { h != c && (depth[c] >= depth[h] || !staged[h] || base[h] != c) ->
        assert(head != h || ckpt != c) }        /* finished: only a reader of moving cells may be at a loss */
     :: h == c -> rc = OK;
        if :: staged[h] -> swap_ckpt(c, c) :: else fi;          /* the batch goes only after it cannot come back */
        if :: rc == OK -> tidy(h); break :: rc == CONFLICT :: else -> rc = FAILED; break fi
     :: h != c && depth[c] < depth[h] && staged[h] && base[h] == c ->
        rc = OK;
#ifndef HEAD_NOT_SYNCED
        swap_head(h, h);                        /* its writer may not have come to syncing it */
#endif
        if
        :: rc == OK -> publish(h); if :: rc == OK || rc == FAILED -> break :: else fi
        :: rc == CONFLICT
        :: else -> rc = FAILED; break
        fi
     fi
  od
}

inline forget() { h = 0; c = 0; b = 0; f = 0; e = 0; found = 0; i = 0; rc = NONE; unclear = false }

/* Committer::append of one content; content 0 only opens. */
proctype Writer(byte w; byte content) {
  byte h, c, b, f, e, found, i; mtype rc = NONE; bool unclear;
again: {
    do
    :: catch_up();
       if :: rc == FAILED || content == 0 || used == BATCHES -> break :: else fi;       /* refused, or nothing to do */
       atomic { used < BATCHES -> used++; b = used; base[b] = h; depth[b] = depth[h] + 1; owner[b] = content };
       if :: staged[b] = true :: atomic { faults > 0 -> faults--; break } fi;
       e = h; unclear = false;
#ifdef ACK_EARLY
       acked[content] = true;
#endif
       do                                                                               /* swap_head */
       :: swap_head(e, b);
          if
          :: rc == OK -> break
          :: rc == CONFLICT && found == b -> e = b                                      /* it did happen: made durable */
          :: rc == CONFLICT && found != b && !unclear -> staged[b] = false; rc = LOST; break
          :: rc == CONFLICT && found != b && unclear ->
#ifdef NO_LOOK
             rc = LOST; break
#else
             catch_up();
             if :: rc == OK && tile[depth[b]] == b -> rc = BELOW :: rc == OK && tile[depth[b]] != b -> rc = LOST :: else fi;
             break
#endif
          :: rc == FAILED && !unclear -> staged[b] = false; break
          :: rc == UNCLEAR || rc == FAILED && unclear -> unclear = true; if :: skip :: rc = FAILED; break fi
          fi
       od;
       if
       :: rc == OK -> publish(b); if :: rc != FAILED -> acked[content] = true :: else fi; break
       :: rc == BELOW -> sign(b); acked[content] = true; break
       :: rc == LOST                                                                    /* again, from the new head */
       :: else -> break                                                                 /* the user is told it is unclear */
       fi
    od
    atomic { forget() }
  } unless { atomic { kill[w] -> kill[w] = false; forget(); content = (content == 0 || content > 2 -> 0 : content + 2) };
             goto again }
}

init {
  byte k;
  atomic { run Writer(0, 1); run Writer(1, 2) };
  do
  :: atomic { kills > 0 && _nr_pr > 1 -> kills--; if :: kill[0] = true :: kill[1] = true fi }
  :: atomic { cuts > 0 -> cuts--; kill[0] = true; kill[1] = true;
       if :: head = headD :: headD = head fi; if :: ckpt = ckptD :: ckptD = ckpt fi;
       for (k : 1 .. BATCHES) { flying[k] = false } k = 0; lateTo[0] = 0; lateTo[1] = 0;
       assert(ALL_KEPT(head)) }                                                                             /* kept */
  :: atomic { select (k : 1 .. BATCHES); if :: flying[k] && head == base[k] -> flying[k] = false; set_head(k) :: else fi; k = 0 }
  :: atomic { select (k : 0 .. 1);
       if :: lateTo[k] != 0 && ckpt == lateFrom[k] -> set_ckpt(lateTo[k]); lateTo[k] = 0; lateFrom[k] = 0 :: else fi; k = 0 }
  :: _nr_pr == 1 -> break
  od;
  atomic { faults = 0; kill[2] = false; run Writer(2, 0) };
  _nr_pr == 1;                                                  /* blocked for ever, were the last one not to come to its end */
  assert(head == ckpt && COVERED(head) && ALL_KEPT(ckpt))       /* kept, covered, finished */
}
