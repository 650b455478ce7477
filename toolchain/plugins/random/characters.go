package main

import (
	"crypto/rand"
	"fmt"
	"math/big"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"golang.org/x/crypto/bcrypt"
)

const (
	upperCharacters   = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	lowerCharacters   = "abcdefghijklmnopqrstuvwxyz"
	digits            = "0123456789"
	specialCharacters = "!@#$%&*()-_=+[]{}<>:?"
	// bcrypt hashes no more than this, and the official plugin cuts longer passwords.
	bcryptBytes = 72
)

// characterInputs are those of RandomPassword and RandomString.
var characterInputs = []input{
	keepers,
	{name: "length", shape: number, required: true},
	{name: "lower", shape: flag, standard: true},
	{name: "minLower", shape: number, standard: 0.0},
	{name: "minNumeric", shape: number, standard: 0.0},
	{name: "minSpecial", shape: number, standard: 0.0},
	{name: "minUpper", shape: number, standard: 0.0},
	{name: "number", shape: flag},
	{name: "numeric", shape: flag},
	{name: "overrideSpecial", shape: text, blankIsUnset: true},
	{name: "special", shape: flag, standard: true},
	{name: "upper", shape: flag, standard: true},
}

// completeNumeric fills `number`, the old name of `numeric`, and `numeric` from each other.
func completeNumeric(full, given resource.PropertyMap) {
	value := resource.NewProperty(true)
	if set, has := given["number"]; has {
		value = set
	}
	if set, has := given["numeric"]; has {
		value = set
	}
	for _, key := range []resource.PropertyKey{"number", "numeric"} {
		if _, set := full[key]; !set {
			full[key] = value
		}
	}
}

func checkCharacters(values resource.PropertyMap) []problem {
	problems := atLeast(values, "length", 1)
	minimums := []resource.PropertyKey{"minUpper", "minLower", "minNumeric", "minSpecial"}
	sum := 0
	for _, key := range minimums {
		problems = append(problems, atLeast(values, key, 0)...)
		sum += wholeNumber(values, key)
	}
	if known(values, append(minimums, "length")...) && wholeNumber(values, "length") < sum {
		problems = append(problems, problem{"length", fmt.Sprintf(
			"length must be at least the sum of minUpper, minLower, minNumeric and minSpecial (%d), got: %d",
			sum, wholeNumber(values, "length"))})
	}
	if known(values, "number", "numeric") && isTrue(values, "number") != isTrue(values, "numeric") {
		problems = append(problems, problem{"number",
			"number and numeric are the same setting and must not differ: set numeric only"})
	}
	sets := []resource.PropertyKey{"special", "upper", "lower", "numeric"}
	if known(values, sets...) {
		for _, key := range sets {
			if isTrue(values, key) {
				return problems
			}
		}
		problems = append(problems, problem{"special",
			"at least one of special, upper, lower and numeric must be true: no character is left to choose from"})
	}
	return problems
}

func createPassword(values resource.PropertyMap) (string, resource.PropertyMap, error) {
	result, err := characters(values)
	if err != nil {
		return "", nil, err
	}
	hash, err := bcryptHash(result)
	return "none", resource.PropertyMap{
		"result": resource.NewProperty(result), "bcryptHash": resource.NewProperty(hash),
	}, err
}

func createString(values resource.PropertyMap) (string, resource.PropertyMap, error) {
	result, err := characters(values)
	return result, resource.PropertyMap{"result": resource.NewProperty(result)}, err
}

// adoptCharacters is the state of a text that came from elsewhere: nothing is known of it but itself.
func adoptCharacters(existing string) resource.PropertyMap {
	return kind{inputs: characterInputs}.complete(resource.PropertyMap{
		"length": resource.NewProperty(float64(len(existing))),
		"result": resource.NewProperty(existing),
	})
}

func adoptString(id string) (string, resource.PropertyMap, error) {
	return id, adoptCharacters(id), nil
}

func adoptPassword(id string) (string, resource.PropertyMap, error) {
	hash, err := bcryptHash(id)
	state := adoptCharacters(id)
	state["bcryptHash"] = resource.NewProperty(hash)
	return "none", state, err
}

func bcryptHash(password string) (string, error) {
	bytes := []byte(password)
	hash, err := bcrypt.GenerateFromPassword(bytes[:min(len(bytes), bcryptBytes)], bcrypt.DefaultCost)
	return string(hash), err
}

// characters chooses the wanted minimum of each set, the rest from all sets, and puts them in random order.
func characters(values resource.PropertyMap) (string, error) {
	special := textValue(values, "overrideSpecial")
	if special == "" {
		special = specialCharacters
	}
	all := ""
	var chosen []byte
	for _, set := range []struct {
		allowed, least resource.PropertyKey
		characters     string
	}{
		{"upper", "minUpper", upperCharacters},
		{"lower", "minLower", lowerCharacters},
		{"numeric", "minNumeric", digits},
		{"special", "minSpecial", special},
	} {
		if isTrue(values, set.allowed) {
			all += set.characters
		}
		some, err := choose(set.characters, wholeNumber(values, set.least))
		if err != nil {
			return "", err
		}
		chosen = append(chosen, some...)
	}
	rest, err := choose(all, wholeNumber(values, "length")-len(chosen))
	if err != nil {
		return "", err
	}
	chosen = append(chosen, rest...)
	for last := len(chosen) - 1; last > 0; last-- {
		other, err := below(last + 1)
		if err != nil {
			return "", err
		}
		chosen[last], chosen[other] = chosen[other], chosen[last]
	}
	return string(chosen), nil
}

// choose takes bytes, not characters: the official plugin counts a set's bytes, and so does `length`.
func choose(from string, count int) ([]byte, error) {
	chosen := make([]byte, 0, max(count, 0))
	for range count {
		index, err := below(len(from))
		if err != nil {
			return nil, err
		}
		chosen = append(chosen, from[index])
	}
	return chosen, nil
}

func below(limit int) (int, error) {
	index, err := rand.Int(rand.Reader, big.NewInt(int64(limit)))
	if err != nil {
		return 0, fmt.Errorf("the system gave no randomness: %w", err)
	}
	return int(index.Int64()), nil
}
