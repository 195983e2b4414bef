// Package core is the pure half of the flow engine: it compiles a BPMN file into a [Definition], checks that it is sound, and
// does one step of a case.
//
//	def, err := core.Compile(file, core.Names{Forms: forms})      // err lists every refusal by element and line
//	doc, effects, err := core.Apply(def, nil, &core.Command{Kind: "start", At: now, Actor: person, Data: data})
//	doc, effects, err = core.Apply(def, doc, &core.Command{Kind: "complete", At: now, Actor: person, Slot: "2.1.1", Data: data})
//
// Main function: [Apply]. What it must know of the world (a pool, a superior, a deadline) it asks through the command and keeps
// the answer there, so that [Fold] over the stored commands gives the stored state again, byte for byte.
//
// It must never read a clock, a database or chance, and never wait for anything.
package core
