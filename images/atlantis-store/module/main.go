// atlantis-store reads and writes the locks of an Atlantis server in the BoltDB file that it keeps them in, and stands in for
// the server itself, in as much of it as serves those locks.
package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"os"
	"path/filepath"
	"time"

	bolt "go.etcd.io/bbolt"
)

const usage = "usage: atlantis-store list FILE | put FILE KEY < LOCK | server DATA-DIR ADDRESS"

var locksBucket = []byte("runLocks")

// The buckets that a server makes at its first start.
var buckets = [][]byte{locksBucket, []byte("pulls"), []byte("globalLocks")}

// A lock as the store has it; what else is in it is kept as it is.
type lock struct {
	Project struct{ ProjectName, RepoFullName, Path string }
	Pull    struct {
		Num int
		URL string
	}
	User      struct{ Username string }
	Workspace string
	Time      time.Time
}

// A lock as the API tells it.
type detail struct {
	Name, ProjectName, ProjectRepo, ProjectRepoPath string
	PullID                                          int `json:",string"`
	PullURL, User, Workspace                        string
	Time                                            time.Time
}

func main() {
	log.SetFlags(0)
	if err := run(os.Args[1:]); err != nil {
		log.Fatal("atlantis-store: ", err)
	}
}

func run(args []string) error {
	switch {
	case len(args) == 2 && args[0] == "list":
		return read(args[1], func(_, value []byte) error {
			_, err := fmt.Printf("%s\n", value)
			return err
		})
	case len(args) == 3 && args[0] == "put":
		value, err := io.ReadAll(os.Stdin)
		if err != nil {
			return err
		}
		return put(args[1], args[2], bytes.TrimSpace(value))
	case len(args) == 3 && args[0] == "server":
		return serve(filepath.Join(args[1], "atlantis.db"), args[2])
	}
	return errors.New(usage)
}

// A server that runs has the file for itself.
func open(file string, readOnly bool) (*bolt.DB, error) {
	db, err := bolt.Open(file, 0o600, &bolt.Options{Timeout: 2 * time.Second, ReadOnly: readOnly})
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	return db, nil
}

func read(file string, each func(key, value []byte) error) error {
	db, err := open(file, true)
	if err != nil {
		return err
	}
	defer db.Close()
	return db.View(func(tx *bolt.Tx) error {
		// A file that is cut has its first pages, and reading on is a fault.
		if info, err := os.Stat(file); err == nil && info.Size() < tx.Size() {
			return fmt.Errorf("%s is damaged: it has %d bytes of %d", file, info.Size(), tx.Size())
		}
		for err := range tx.Check() {
			return fmt.Errorf("%s is damaged: %w", file, err)
		}
		bucket := tx.Bucket(locksBucket)
		if bucket == nil {
			return nil
		}
		return bucket.ForEach(each)
	})
}

func put(file, key string, value []byte) error {
	return update(file, func(tx *bolt.Tx) error { return tx.Bucket(locksBucket).Put([]byte(key), value) })
}

func update(file string, change func(*bolt.Tx) error) error {
	db, err := open(file, false)
	if err != nil {
		return err
	}
	defer db.Close()
	return db.Update(func(tx *bolt.Tx) error {
		for _, name := range buckets {
			if _, err := tx.CreateBucketIfNotExists(name); err != nil {
				return err
			}
		}
		return change(tx)
	})
}

// Opens the file for each request alone, unlike the real server, so that a drill can put a lock into it meanwhile.
func serve(file, address string) error {
	if err := update(file, func(*bolt.Tx) error { return nil }); err != nil {
		return err
	}
	http.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { answer(w, map[string]string{"status": "ok"}) })
	http.HandleFunc("GET /api/locks", func(w http.ResponseWriter, _ *http.Request) {
		found := struct{ Locks []detail }{}
		err := read(file, func(key, value []byte) error {
			var l lock
			if err := json.Unmarshal(value, &l); err != nil {
				return err
			}
			found.Locks = append(found.Locks, detail{string(key), l.Project.ProjectName, l.Project.RepoFullName, l.Project.Path, l.Pull.Num, l.Pull.URL, l.User.Username, l.Workspace, l.Time})
			return nil
		})
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		answer(w, found)
	})
	return http.ListenAndServe(address, nil)
}

func answer(w http.ResponseWriter, body any) {
	w.Header().Set("Content-Type", "application/json")
	if err := json.NewEncoder(w).Encode(body); err != nil {
		log.Print(err)
	}
}
