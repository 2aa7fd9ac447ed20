// Checks the folder log/ of a ledger with Go's own packages sumdb/note and sumdb/tlog, and nothing of onrecord.
//
//	GO111MODULE=off GOPATH=/usr/share/gocode go run stranger.go LEDGER/log VKEY
//
// Opens the checkpoint, reads every hash tile through Go's authenticating reader, hashes every entry of every
// bundle, proves and checks every record (of large logs: a thousand and the last), and that the tree grew from every power of two.
package main

import (
	"encoding/binary"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

type tiles struct{ dir string }

func (t tiles) Height() int { return 8 }

// Go writes tile/8/0/000 where C2SP writes tile/0/000; the rest of the path is the same.
func (t tiles) ReadTiles(want []tlog.Tile) ([][]byte, error) {
	var all [][]byte
	for _, tile := range want {
		path := strings.Replace(tile.Path(), "tile/8/", "tile/", 1)
		data, err := os.ReadFile(filepath.Join(t.dir, path))
		if err != nil {
			return nil, err
		}
		all = append(all, data)
	}
	return all, nil
}

func (t tiles) SaveTiles([]tlog.Tile, [][]byte) {}

func check(err error, what string) {
	if err != nil {
		log.Fatalf("does not hold: %s: %v", what, err)
	}
}

func entries(dir string, size int64) [][]byte {
	var all [][]byte
	for n := int64(0); n*256 < size; n++ {
		width := size - n*256
		tile := tlog.Tile{H: 8, L: 0, N: n, W: 256}
		if width < 256 {
			tile.W = int(width)
		}
		path := strings.Replace(tile.Path(), "tile/8/0/", "tile/entries/", 1)
		data, err := os.ReadFile(filepath.Join(dir, path))
		check(err, "entry bundle")
		for i := 0; i < tile.W; i++ {
			if len(data) < 2 || len(data) < 2+int(binary.BigEndian.Uint16(data)) {
				log.Fatalf("does not hold: %s is too short", path)
			}
			length := int(binary.BigEndian.Uint16(data))
			all = append(all, data[2:2+length])
			data = data[2+length:]
		}
		if len(data) > 0 {
			log.Fatalf("does not hold: %s has %d bytes too many", path, len(data))
		}
	}
	return all
}

func main() {
	log.SetFlags(0)
	if len(os.Args) != 3 {
		log.Fatal("usage: stranger LOG-FOLDER VKEY")
	}
	dir := os.Args[1]
	verifier, err := note.NewVerifier(os.Args[2])
	check(err, "verifier key")
	raw, err := os.ReadFile(filepath.Join(dir, "checkpoint"))
	check(err, "checkpoint")
	opened, err := note.Open(raw, note.VerifierList(verifier))
	check(err, "checkpoint signature")
	lines := strings.Split(opened.Text, "\n")
	if len(lines) < 4 || lines[0] != verifier.Name() {
		log.Fatal("does not hold: the checkpoint is not of that log")
	}
	var size int64
	_, err = fmt.Sscanf(lines[1], "%d", &size)
	check(err, "size")
	root, err := tlog.ParseHash(lines[2])
	check(err, "root")

	reader := tlog.TileHashReader(tlog.Tree{N: size, Hash: root}, tiles{dir})
	computed, err := tlog.TreeHash(size, reader)
	check(err, "root from tiles")
	if computed != root {
		log.Fatal("does not hold: the tiles have another root")
	}
	step := int64(1)
	if size > 2000 {
		step = size / 1000
	}
	proved := 0
	var stored []tlog.Hash
	for i, entry := range entries(dir, size) {
		leaf := tlog.RecordHash(entry)
		if i%256 == 0 {
			// A whole tile at once; the reader authenticates it up to the root.
			var want []int64
			for n := int64(i); n < size && n < int64(i)+256; n++ {
				want = append(want, tlog.StoredHashIndex(0, n))
			}
			stored, err = reader.ReadHashes(want)
			check(err, "leaf")
		}
		if stored[i%256] != leaf {
			log.Fatalf("does not hold: entry %d is not its leaf", i)
		}
		if int64(i)%step == 0 || int64(i) == size-1 {
			proof, err := tlog.ProveRecord(size, int64(i), reader)
			check(err, "proof")
			check(tlog.CheckRecord(proof, size, root, int64(i), leaf), "inclusion")
			proved++
		}
	}
	grown := 0
	for old := int64(1); old < size; old *= 2 {
		oldRoot, err := tlog.TreeHash(old, reader)
		check(err, "old root")
		proof, err := tlog.ProveTree(size, old, reader)
		check(err, "consistency proof")
		check(tlog.CheckTree(proof, size, root, old, oldRoot), "consistency")
		grown++
	}
	fmt.Printf("holds: %s, %d entries, %d inclusion and %d consistency proofs\n", lines[0], size, proved, grown)
}
