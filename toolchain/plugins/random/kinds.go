package main

import "github.com/pulumi/pulumi/sdk/v3/go/common/resource"

// shape is what a property's value must be.
type shape int

const (
	text shape = iota
	number
	flag
	textList
	textMap
)

// input is one property a program may set.
type input struct {
	name     string
	shape    shape
	required bool
	// standard is what an unset property comes to.
	standard any
	// blankIsUnset keeps "" and unset from being told apart.
	blankIsUnset bool
}

// kind is one resource type.
type kind struct {
	token  string
	inputs []input
	// secret names the outputs that are secret whatever the inputs are, computed the others that a create makes.
	secret   []resource.PropertyKey
	computed []resource.PropertyKey
	// schema is the version of the state's shape that the official plugin writes and looks for.
	schema string
	// check finds what is wrong between properties; each alone has been checked already.
	check func(resource.PropertyMap) []problem
	// create makes the resource's ID and computed outputs from checked inputs with every default in place.
	create func(resource.PropertyMap) (string, resource.PropertyMap, error)
	// adopt makes the whole state of an existing value from the ID that `import` is given.
	adopt func(id string) (string, resource.PropertyMap, error)
}

// problem is what is wrong with one property.
type problem struct {
	property resource.PropertyKey
	reason   string
}

// keepers is in every kind: arbitrary values that make a new result when they change.
var keepers = input{name: "keepers", shape: textMap}

var kinds = byToken(
	kind{
		token:    "random:index/randomBytes:RandomBytes",
		inputs:   []input{keepers, {name: "length", shape: number, required: true}},
		secret:   []resource.PropertyKey{"base64", "hex"},
		computed: []resource.PropertyKey{"base64", "hex"},
		check:    atLeastOne("length"),
		create:   createBytes,
		adopt:    adoptBytes,
	},
	kind{
		token:    "random:index/randomId:RandomId",
		inputs:   []input{keepers, {name: "byteLength", shape: number, required: true}, {name: "prefix", shape: text}},
		computed: []resource.PropertyKey{"b64Std", "b64Url", "dec", "hex"},
		check:    atLeastOne("byteLength"),
		create:   createID,
		adopt:    adoptID,
	},
	kind{
		token: "random:index/randomInteger:RandomInteger",
		inputs: []input{
			keepers, {name: "min", shape: number, required: true}, {name: "max", shape: number, required: true},
			{name: "seed", shape: text},
		},
		computed: []resource.PropertyKey{"result"},
		check:    checkRange,
		create:   createInteger,
		adopt:    adoptInteger,
	},
	kind{
		token: "random:index/randomPassword:RandomPassword", inputs: characterInputs, schema: "3",
		secret:   []resource.PropertyKey{"bcryptHash", "result"},
		computed: []resource.PropertyKey{"bcryptHash", "result"},
		check:    checkCharacters, create: createPassword, adopt: adoptPassword,
	},
	kind{
		token: "random:index/randomPet:RandomPet",
		inputs: []input{
			keepers, {name: "length", shape: number, standard: 2.0}, {name: "prefix", shape: text},
			{name: "separator", shape: text, standard: "-"},
		},
		check:  checkPet,
		create: createPet,
	},
	kind{
		token: "random:index/randomShuffle:RandomShuffle",
		inputs: []input{
			keepers, {name: "inputs", shape: textList, required: true}, {name: "resultCount", shape: number},
			{name: "seed", shape: text},
		},
		computed: []resource.PropertyKey{"results"},
		check:    checkShuffle,
		create:   createShuffle,
	},
	kind{
		token: "random:index/randomString:RandomString", inputs: characterInputs, schema: "2",
		computed: []resource.PropertyKey{"result"},
		check:    checkCharacters, create: createString, adopt: adoptString,
	},
	kind{
		token: "random:index/randomUuid:RandomUuid", inputs: []input{keepers},
		computed: []resource.PropertyKey{"result"}, create: createUUID, adopt: adoptUUID,
	},
	kind{
		token: "random:index/randomUuid4:RandomUuid4", inputs: []input{keepers},
		computed: []resource.PropertyKey{"result"}, create: createUUID, adopt: adoptUUID,
	},
	kind{
		token: "random:index/randomUuid7:RandomUuid7", inputs: []input{keepers},
		computed: []resource.PropertyKey{"result"}, create: createUUID7, adopt: adoptUUID,
	},
)

func byToken(list ...kind) map[string]kind {
	all := map[string]kind{}
	for _, each := range list {
		all[each.token] = each
	}
	return all
}
