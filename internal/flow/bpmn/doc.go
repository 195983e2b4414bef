// Package bpmn reads and writes BPMN 2.0 files without losing a token, gives the processes in them as
// elements and sequence flows in document order with line numbers, lays them out and draws them as SVG.
//
// Main types: [Document] is the file as a tree, [Process] the meaning of one <process> in it, [Diagram] its derived layout.
//
//	doc, err := bpmn.Parse(source)            // err names the line
//	list, faults := doc.Processes()        // faults: broken references, with lines
//	svg := bpmn.Layout(list[0]).SVG(bpmn.Look{Lang: "zh", Marks: map[string]bpmn.Mark{"repair_do": bpmn.Now}})
//
// [Roundtrip] proves that nothing is lost, [Exchange] writes the form with incoming, outgoing and a diagram for other tools.
//
// It must never decide what a process does (that is package flow) and never trust <incoming>/<outgoing>:
// they are optional in the standard and derived here from sourceRef and targetRef.
package bpmn

// The namespaces that matter. LF is Lifang's own; attributes of it are written with the prefix lf.
const (
	NS = "http://www.omg.org/spec/BPMN/20100524/MODEL"
	LF = "urn:lifang:bpmn:1"
)
